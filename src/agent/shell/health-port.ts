import type { HealthEffect } from '../core/health/event.ts';
import type { Probes } from './check/probes.ts';
import { type CommonPort, doCommon } from './common-port.ts';
import type { IpvsAccess } from './ipvs/ipvs-access.ts';

/** Dependencies of the health core's effects. */
export interface HealthPort extends CommonPort {
  readonly probes: Probes;
  /** Without IPVS in the kernel, checks run but nothing is balanced. */
  readonly ipvs: IpvsAccess;
}

/** Performs an effect of the health core. Failures are logged and do not stop later effects. */
export function doHealth(port: HealthPort, effect: HealthEffect): void {
  switch (effect.kind) {
    case 'probe':
      return port.probes.begin(effect.id, effect.checker);
    case 'abandon':
      return port.probes.abandon(effect.id);
    case 'ipvs':
      return port.ipvs.apply(effect.changes);
    case 'fifo':
      return port.fifos.lvs(effect.line);
    case 'timer':
    case 'cancel':
    case 'log':
    case 'run':
    case 'mail':
      return doCommon(port, effect);
  }
}

import type { HealthEffect } from '../core/health/event.ts';
import type { Probes } from './check/probes.ts';
import { type CommonPort, doCommon } from './common-port.ts';
import type { IpvsAccess } from './ipvs/ipvs-access.ts';

/** All that the health core's effects are done with. */
export interface HealthPort extends CommonPort {
  readonly probes: Probes;
  /** Where the kernel has none, checks run, and nothing is balanced. */
  readonly ipvs: IpvsAccess;
}

/** Does one thing that the health core asks for. What fails is logged, and the next is done all the same. */
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

import type { HealthEffect } from '../core/health/event.ts';
import type { Probes } from './check/probes.ts';
import type { IpvsAccess } from './ipvs-access.ts';
import type { Journal } from './journal.ts';
import type { Fifos } from './script/fifos.ts';
import type { Mailer } from './script/mailer.ts';
import type { Programs } from './script/programs.ts';
import type { Timers } from './timers.ts';

/** All that the health core's effects are done with. */
export interface HealthPort {
  readonly timers: Timers;
  readonly journal: Journal;
  readonly probes: Probes;
  /** Where the kernel has none, checks run, and nothing is balanced. */
  readonly ipvs: IpvsAccess;
  readonly programs: Programs;
  readonly fifos: Fifos;
  readonly mailer: Mailer;
}

/** Does one thing that the health core asks for. What fails is logged, and the next is done all the same. */
export function doHealth(port: HealthPort, effect: HealthEffect): void {
  switch (effect.kind) {
    case 'timer':
      return port.timers.set(effect.id, effect.due);
    case 'cancel':
      return port.timers.cancel(effect.id);
    case 'log':
      return port.journal.log(effect.level, effect.text);
    case 'probe':
      return port.probes.begin(effect.id, effect.checker);
    case 'abandon':
      return port.probes.abandon(effect.id);
    case 'ipvs':
      return port.ipvs.apply(effect.changes);
    case 'run':
      return port.programs.notify(effect.script, effect.args);
    case 'fifo':
      return port.fifos.lvs(effect.line);
    case 'mail':
      return port.mailer.send(effect.subject, effect.body);
  }
}

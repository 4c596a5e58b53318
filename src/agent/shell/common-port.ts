import type { HealthEffect } from '../core/health/event.ts';
import { logLevel, logText } from '../core/messages/log.ts';
import { mailBody, mailSubject } from '../core/messages/mail.ts';
import type { VrrpEffect } from '../core/vrrp/event.ts';
import type { Journal } from './service/journal.ts';
import type { Fifos } from './script/fifos.ts';
import type { Mailer } from './script/mailer.ts';
import type { Programs } from './script/programs.ts';
import type { Timers } from './loop/timers.ts';

/** Dependencies shared by the effects of both cores. */
export interface CommonPort {
  /** Separate for each core. */
  readonly timers: Timers;
  readonly journal: Journal;
  readonly programs: Programs;
  readonly fifos: Fifos;
  readonly mailer: Mailer;
}

/** Effects common to both cores, except for FIFO lines, as each core has its own FIFOs. */
export type CommonEffect = Exclude<Extract<HealthEffect, { readonly kind: VrrpEffect['kind'] }>, { kind: 'fifo' }>;

export function doCommon(port: CommonPort, effect: CommonEffect): void {
  switch (effect.kind) {
    case 'timer':
      return port.timers.set(effect.id, effect.due);
    case 'cancel':
      return port.timers.cancel(effect.id);
    case 'log':
      return port.journal.log(logLevel(effect), logText(effect));
    case 'run':
      return port.programs.notify(effect.script, effect.args);
    case 'mail':
      return port.mailer.send(mailSubject(effect), mailBody(effect));
  }
}

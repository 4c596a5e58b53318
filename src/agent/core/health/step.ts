import { type Located, answer, atCheck, updateFile, withCheck, withReal } from './answer.ts';
import { beginCheck, updateAddress } from './schedule.ts';
import type { HealthEvent } from './event.ts';
import { reload } from './reload.ts';
import { start, stop } from './start.ts';
import type { HealthState, HealthStep, VirtualStep } from './state.ts';

/**
 * Computes the next state and the effects for the shell, modelled on keepalived.conf(5) of keepalived 2.2.7. A late event,
 * or one for an unknown check, changes nothing.
 */
export function stepHealth(state: HealthState, event: HealthEvent): HealthStep {
  switch (event.kind) {
    case 'probed':
      return atCheck(state, event.id, (located) =>
        located.check.activity === 'probing'
          ? answer(located, event.at, event.result)
          : { state: located.virtual, effects: [] },
      );
    case 'timer':
      return atCheck(state, event.id, begin);
    case 'file':
      return updateFile(state, event);
    case 'address':
      return updateAddress(state, event);
    case 'start':
      return start(state, event);
    case 'reload':
      return reload(state, event);
    case 'stop':
      return stop(state, event);
  }
}

function begin({ virtual, real, check }: Located): VirtualStep {
  const step = beginCheck(check);
  if (step.state === check) return { state: virtual, effects: [] };
  return { state: withReal(virtual, withCheck(real, step.state)), effects: step.effects };
}

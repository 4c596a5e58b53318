import type { Step } from '../step.ts';
import { answer, hearFile } from './answer.ts';
import { beginCheck, hearAddress } from './schedule.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { reload } from './reload.ts';
import { start, stop } from './start.ts';
import type { HealthState } from './state.ts';

/**
 * All that the virtual servers do, as keepalived.conf(5) of keepalived 2.2.7 tells it.
 *
 * @param state owned by this function and changed in place (see `HealthState`): go on with the one that comes back
 * @returns effects in the order in which they must be done
 */
export function stepHealth(state: HealthState, event: HealthEvent): Step<HealthState, HealthEffect> {
  const effects: HealthEffect[] = [];
  switch (event.kind) {
    case 'probed': {
      const check = state.checks.get(event.id);
      if (check?.activity === 'probing') answer(check, event.at, event.result, effects);
      break;
    }
    case 'timer': {
      const check = state.checks.get(event.id);
      if (check !== undefined) beginCheck(check, effects);
      break;
    }
    case 'file':
      hearFile(state, event, effects);
      break;
    case 'address':
      hearAddress(state, event, effects);
      break;
    case 'start':
      start(state, event, effects);
      break;
    case 'reload':
      reload(state, event, effects);
      break;
    case 'stop':
      stop(state, event, effects);
      break;
  }
  return { state, effects };
}

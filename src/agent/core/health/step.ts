import type { Step } from '../step.ts';
import { answer, updateFile } from './answer.ts';
import { beginCheck, updateAddress } from './schedule.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { reload } from './reload.ts';
import { start, stop } from './start.ts';
import type { HealthState } from './state.ts';

/**
 * The health-check state machine, modelled on keepalived.conf(5) of keepalived 2.2.7.
 *
 * @param state owned by this function and mutated (see `HealthState`): continue with the returned one
 * @returns effects, to be performed in order
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
      updateFile(state, event, effects);
      break;
    case 'address':
      updateAddress(state, event, effects);
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

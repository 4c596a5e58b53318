import type { HealthState } from './state.ts';

/** A number from 0 up to 1, of a generator in the state, so that a replay draws the same (a linear one of 32 bits). */
export function random(state: HealthState): number {
  state.random = (Math.imul(state.random, 1664525) + 1013904223) >>> 0;
  return state.random / 0x1_0000_0000;
}

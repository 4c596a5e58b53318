import type { HealthEffect, HealthEvent } from './event.ts';
import type { Instant } from '../step.ts';
import type { CheckState, HealthState, VirtualState } from './state.ts';

/** The first check, also after a suspension, is delayed by a random part of `warmup`. */
export function scheduleFirst(state: HealthState, check: CheckState, at: Instant, effects: HealthEffect[]): void {
  if (check.checker.kind === 'FILE_CHECK') return;
  schedule(check, at + random(state) * check.checker.warmup, effects);
}

/**
 * Schedules the next check after one that passed, counted from its due time so that the rate does not drift. Missed
 * turns are skipped.
 */
export function scheduleNext(check: CheckState, at: Instant, effects: HealthEffect[]): void {
  const period = Math.max(1, check.checker.delay_loop);
  const turns = Math.max(1, Math.floor((at - check.due) / period) + 1);
  schedule(check, check.due + turns * period, effects);
}

export function schedule(check: CheckState, due: Instant, effects: HealthEffect[]): void {
  check.due = due;
  check.activity = 'waiting';
  effects.push({ kind: 'timer', id: check.id, due });
}

/** Handles a check timer. A stale one, no longer waited for, is ignored. */
export function beginCheck(check: CheckState, effects: HealthEffect[]): void {
  if (check.activity !== 'waiting') return;
  check.activity = 'probing';
  effects.push({ kind: 'probe', id: check.id, checker: check.checker });
}

/** Stops a check until it is scheduled again. */
export function rest(check: CheckState, effects: HealthEffect[]): void {
  if (check.activity === 'waiting') effects.push({ kind: 'cancel', id: check.id });
  if (check.activity === 'probing') effects.push({ kind: 'abandon', id: check.id });
  check.activity = 'resting';
}

/** A random number in [0, 1) from a 32-bit linear congruential generator kept in the state, so that replays match. */
export function random(state: HealthState): number {
  state.random = (Math.imul(state.random, 1664525) + 1013904223) >>> 0;
  return state.random / 0x1_0000_0000;
}

type AddressEvent = Extract<HealthEvent, { kind: 'address' }>;

/** ha_suspend: suspends checkers while this host has none of the addresses of their virtual server. */
export function updateAddress(state: HealthState, event: AddressEvent, effects: HealthEffect[]): void {
  if (event.present) state.present.add(event.address);
  else state.present.delete(event.address);
  for (const virtual of state.virtuals.values())
    if (virtual.conf.ha_suspend) updateSuspension(state, virtual, event.at, effects);
}

/** Suspends or resumes the checkers of a virtual server. The state of real servers does not change. */
export function updateSuspension(state: HealthState, virtual: VirtualState, at: number, effects: HealthEffect[]): void {
  const resting = isSuspended(state, virtual);
  for (const real of virtual.reals.values())
    for (const check of real.checks) {
      if (resting) rest(check, effects);
      else if (check.activity === 'resting') scheduleFirst(state, check, at, effects);
    }
}

/** Firewall marks have no address and are never suspended. */
function isSuspended(state: HealthState, { conf, services }: VirtualState): boolean {
  if (!conf.ha_suspend) return false;
  return !services.some((id) => id.kind === 'fwmark' || state.present.has(id.address));
}

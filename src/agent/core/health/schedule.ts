import type { HealthEffect } from './event.ts';
import type { Instant } from '../step.ts';
import { random } from './random.ts';
import type { CheckState, HealthState } from './state.ts';

/** The first check, and the first after a rest, comes after a random part of `warmup`. */
export function scheduleFirst(state: HealthState, check: CheckState, at: Instant, effects: HealthEffect[]): void {
  if (check.checker.kind === 'FILE_CHECK') return;
  schedule(check, at + random(state) * check.checker.warmup, effects);
}

/**
 * After a check that passed. It is counted from when this one was due, not from when it was done: a check a second stays
 * one a second. A turn that has gone by already is left out.
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

/** The time has come. A timer that is late by a slip of the shell, and not waited for any more, starts nothing. */
export function beginCheck(check: CheckState, effects: HealthEffect[]): void {
  if (check.activity !== 'waiting') return;
  check.activity = 'probing';
  effects.push({ kind: 'probe', id: check.id, checker: check.checker });
}

/** Nothing more is to come of it until it is scheduled again. */
export function rest(check: CheckState, effects: HealthEffect[]): void {
  if (check.activity === 'waiting') effects.push({ kind: 'cancel', id: check.id });
  if (check.activity === 'probing') effects.push({ kind: 'abandon', id: check.id });
  check.activity = 'resting';
}

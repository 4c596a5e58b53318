import type { HealthEffect, HealthEvent } from './event.ts';
import type { Instant } from '../step.ts';
import type { CheckState, HealthState, VirtualState } from './state.ts';

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

/** A number from 0 up to 1, of a generator in the state, so that a replay draws the same (a linear one of 32 bits). */
export function random(state: HealthState): number {
  state.random = (Math.imul(state.random, 1664525) + 1013904223) >>> 0;
  return state.random / 0x1_0000_0000;
}

type AddressEvent = Extract<HealthEvent, { kind: 'address' }>;

/** ha_suspend: checkers rest while none of the addresses of their virtual server is on this host. */
export function hearAddress(state: HealthState, event: AddressEvent, effects: HealthEffect[]): void {
  if (event.present) state.present.add(event.address);
  else state.present.delete(event.address);
  for (const virtual of state.virtuals.values()) if (virtual.conf.ha_suspend) attend(state, virtual, event.at, effects);
}

/** Lets the checkers of a virtual server run or rest, as its addresses want it; real servers stay as they are. */
export function attend(state: HealthState, virtual: VirtualState, at: number, effects: HealthEffect[]): void {
  const resting = isSuspended(state, virtual);
  for (const real of virtual.reals.values())
    for (const check of real.checks) {
      if (resting) rest(check, effects);
      else if (check.activity === 'resting') scheduleFirst(state, check, at, effects);
    }
}

/** A firewall mark has no address: its checkers never rest. */
function isSuspended(state: HealthState, { conf, services }: VirtualState): boolean {
  if (!conf.ha_suspend) return false;
  return !services.some((id) => id.kind === 'fwmark' || state.present.has(id.address));
}

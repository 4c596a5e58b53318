import type { HealthEffect, HealthEvent } from './event.ts';
import type { Instant } from '../step.ts';
import {
  type CheckState,
  type CheckStep,
  type HealthState,
  type HealthStep,
  type VirtualState,
  realTable,
} from './state.ts';

/**
 * Schedules the next check after one that passed, counted from its due time so that the rate does not drift. Missed
 * turns are skipped.
 */
export function scheduleNext(check: CheckState, at: Instant): CheckStep {
  const period = Math.max(1, check.checker.delay_loop);
  const turns = Math.max(1, Math.floor((at - check.due) / period) + 1);
  return schedule(check, check.due + turns * period);
}

export function schedule(check: CheckState, due: Instant): CheckStep {
  return { state: { ...check, due, activity: 'waiting' }, effects: [{ kind: 'timer', id: check.id, due }] };
}

/** Handles a check timer. A stale one, no longer waited for, is ignored. */
export function beginCheck(check: CheckState): CheckStep {
  if (check.activity !== 'waiting') return { state: check, effects: [] };
  const { id, checker } = check;
  return { state: { ...check, activity: 'probing' }, effects: [{ kind: 'probe', id, checker }] };
}

/** Stops a check until it is scheduled again. */
export function rest(check: CheckState): CheckStep {
  if (check.activity === 'resting') return { state: check, effects: [] };
  const kind = check.activity === 'waiting' ? 'cancel' : 'abandon';
  return { state: { ...check, activity: 'resting' }, effects: [{ kind, id: check.id }] };
}

/** The next state of a 32-bit linear congruential generator, kept in the state so that replays match. */
function nextRandom(random: number): number {
  return (Math.imul(random, 1664525) + 1013904223) >>> 0;
}

type AddressEvent = Extract<HealthEvent, { kind: 'address' }>;

/** ha_suspend: suspends checkers while this host has none of the addresses of their virtual server. */
export function updateAddress(state: HealthState, event: AddressEvent): HealthStep {
  const present = new Set(state.present);
  if (event.present) present.add(event.address);
  else present.delete(event.address);
  const keys = [...state.virtuals.values()].filter(({ conf }) => conf.ha_suspend).map(({ key }) => key);
  return updateSuspensions({ ...state, present }, keys, event.at);
}

/**
 * Suspends or resumes the checkers of virtual servers. The first check, also after a suspension, is delayed by a random
 * part of `warmup`. The state of real servers does not change.
 */
export function updateSuspensions(state: HealthState, keys: Iterable<string>, at: Instant): HealthStep {
  const effects: HealthEffect[] = [];
  let { random, virtuals } = state;
  const update = (resting: boolean, check: CheckState): CheckState => {
    if (resting ? check.activity === 'resting' : check.activity !== 'resting') return check;
    if (!resting && check.checker.kind === 'FILE_CHECK') return check;
    if (!resting) random = nextRandom(random);
    const step = resting ? rest(check) : schedule(check, at + (random / 0x1_0000_0000) * check.checker.warmup);
    effects.push(...step.effects);
    return step.state;
  };
  for (const key of keys) {
    const virtual = virtuals.get(key);
    if (virtual === undefined) continue;
    const resting = isSuspended(state.present, virtual);
    const reals = Array.from(virtual.reals.values(), (real) => ({
      ...real,
      checks: real.checks.map((check) => update(resting, check)),
    }));
    virtuals = virtuals.with(key, { ...virtual, reals: realTable(reals) });
  }
  return { state: { ...state, random, virtuals }, effects };
}

/** Firewall marks have no address and are never suspended. */
function isSuspended(
  present: ReadonlySet<string>,
  { conf, services }: Pick<VirtualState, 'conf' | 'services'>,
): boolean {
  if (!conf.ha_suspend) return false;
  return !services.some((id) => id.kind === 'fwmark' || present.has(id.address));
}

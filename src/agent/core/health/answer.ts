import type { CheckFailure, DownCause } from '../messages/check-failures.ts';
import type { ProbeResult } from '../probe/probe.ts';
import type { Instant } from '../step.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { updateReal } from './quorum.ts';
import { schedule, scheduleNext } from './schedule.ts';
import type { CheckState, HealthState, HealthStep, RealState, VirtualState, VirtualStep } from './state.ts';
import { namesOf, notifyReal, reportReal } from './notify.ts';
import { judgeFile, weightOf } from './build.ts';

/** A check with its surroundings. */
export interface Located {
  readonly virtual: VirtualState;
  readonly real: RealState;
  readonly check: CheckState;
}

/** Handles a probe result. If it changes nothing, only the next probe is scheduled. */
export function answer(located: Located, at: Instant, result: ProbeResult): VirtualStep {
  return result.passed ? pass(located, at, result.weight) : fail(located, at, { code: 'probe', reason: result.reason });
}

function pass({ virtual, real, check }: Located, at: Instant, weight: number | undefined): VirtualStep {
  const next = { ...check, last: { at, failure: undefined }, tries: 0, ran: true, asked: weight };
  const { state, effects } = scheduleNext(next, at);
  return after(effects, setPassing({ virtual, real, check: state }, undefined));
}

/** A check that passed before, or has no result yet, is retried `retry` times before it counts as failed. */
function fail({ virtual, real, check }: Located, at: Instant, failure: CheckFailure): VirtualStep {
  const { checker } = check;
  const last = { at, failure };
  if ((check.up || !check.ran) && check.tries < checker.retry) {
    const tried = { ...check, last, tries: check.tries + 1 };
    const { state, effects } = schedule(tried, at + checker.delay_before_retry);
    const log = checker.log_all_failures ? [retryLog({ virtual, real, check: state }, failure)] : [];
    return { state: withReal(virtual, withCheck(real, state)), effects: [...effects, ...log] };
  }
  const { state, effects } = schedule({ ...check, last, tries: 0, ran: true }, at + checker.delay_loop);
  return after(effects, setPassing({ virtual, real, check: state }, failure));
}

/**
 * Sets whether a check passes and propagates it to the real server, the kernel, the quorum and notifications.
 * @param located whose `check` is the next state, apart from `up`
 * @param failure undefined if it passes
 */
function setPassing({ virtual, real, check }: Located, failure: CheckFailure | undefined): VirtualStep {
  const up = failure === undefined;
  const changed = withCheck(real, check.up === up ? check : { ...check, up });
  const alive = changed.checks.every((one) => one.up);
  const weight = weightOf(real.conf.weight, changed.checks);
  const isTurned = alive !== real.alive;
  const isFirstFailure = !up && !real.reported;
  const next = { ...changed, alive, weight, reported: real.reported || isTurned || isFirstFailure };
  const liveWeight = virtual.liveWeight - (real.alive ? real.weight : 0) + (alive ? weight : 0);
  const moved: Located = { virtual: { ...withReal(virtual, next), liveWeight }, real: next, check };
  if (isTurned) {
    const cause = failure === undefined ? undefined : causeOf(check, failure);
    return updateReal(moved.virtual, real.key, reportReal(moved.virtual, next, cause));
  }
  const step: VirtualStep =
    weight === real.weight
      ? { state: moved.virtual, effects: [] }
      : updateReal(moved.virtual, real.key, [weightLog(moved)]);
  return isFirstFailure ? { ...step, effects: [...step.effects, ...reportNeverUp(moved, failure)] } : step;
}

function after(effects: readonly HealthEffect[], step: VirtualStep): VirtualStep {
  return step.effects.length === 0
    ? { state: step.state, effects }
    : { ...step, effects: [...effects, ...step.effects] };
}

export function withReal(virtual: VirtualState, real: RealState): VirtualState {
  return { ...virtual, reals: virtual.reals.with(real.key, real) };
}

export function withCheck(real: RealState, check: CheckState): RealState {
  return { ...real, checks: real.checks.map((one) => (one.id === check.id ? check : one)) };
}

function retryLog({ virtual, real, check }: Located, failure: CheckFailure): HealthEffect {
  const { tries } = check;
  const { kind: checker, retry } = check.checker;
  return { kind: 'log', code: 'check-retried', ...namesOf(virtual, real), checker, failure, tries, retry };
}

function weightLog({ virtual, real, check }: Located): HealthEffect {
  const { weight } = real;
  return { kind: 'log', code: 'weight-set', ...namesOf(virtual, real), weight, checker: check.checker.kind };
}

/** The first failure of a real server that starts as down (`alpha`). No mail is sent, as no capacity was lost. */
function reportNeverUp({ virtual, real, check }: Located, failure: CheckFailure): readonly HealthEffect[] {
  const cause = causeOf(check, failure);
  return [
    { kind: 'log', code: 'real-never-up', ...namesOf(virtual, real), cause },
    ...notifyReal(virtual, real, 'DOWN'),
  ];
}

function causeOf({ checker }: CheckState, failure: CheckFailure): DownCause {
  return { code: 'checker', checker: checker.kind, failure };
}

type FileEvent = Extract<HealthEvent, { kind: 'file' }>;

/** Updates every FILE_CHECK that reads the file. */
export function updateFile(before: HealthState, event: FileEvent): HealthStep {
  const effects: HealthEffect[] = [];
  let state: HealthState = { ...before, files: new Map(before.files).set(event.file, event.value) };
  for (const id of before.places.keys()) {
    const step = atCheck(state, id, (located) => updateFileCheck(located, event));
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

function updateFileCheck({ virtual, real, check }: Located, { at, file, value }: FileEvent): VirtualStep {
  const { checker } = check;
  if (checker.kind !== 'FILE_CHECK' || checker.file !== file) return { state: virtual, effects: [] };
  const { extra, failure } = judgeFile(checker, value);
  return setPassing({ virtual, real, check: { ...check, extra, ran: true, last: { at, failure } } }, failure);
}

/** Applies a step to the check with this id; does nothing if it does not exist. */
export function atCheck(state: HealthState, id: string, step: (located: Located) => VirtualStep): HealthStep {
  const place = state.places.get(id);
  const virtual = place === undefined ? undefined : state.virtuals.get(place.virtual);
  const real = place === undefined ? undefined : virtual?.reals.get(place.real);
  const check = real?.checks.find((one) => one.id === id);
  if (virtual === undefined || real === undefined || check === undefined) return { state, effects: [] };
  const next = step({ virtual, real, check });
  if (next.state === virtual) return { state, effects: next.effects };
  return { state: { ...state, virtuals: state.virtuals.with(virtual.key, next.state) }, effects: next.effects };
}

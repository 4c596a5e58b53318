import type { CheckFailure, DownCause } from '../messages/check-failures.ts';
import type { ProbeResult } from '../probe/probe.ts';
import type { Instant } from '../step.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { updateReal } from './quorum.ts';
import { schedule, scheduleNext } from './schedule.ts';
import type { CheckState, HealthState } from './state.ts';
import { namesOf, notifyReal, reportReal } from './notify.ts';
import { judgeFile, weigh } from './build.ts';

/** Handles a probe result. If it changes nothing, only the next probe is scheduled. */
export function answer(check: CheckState, at: Instant, result: ProbeResult, effects: HealthEffect[]): void {
  if (result.passed) pass(check, at, result.weight, effects);
  else fail(check, at, { code: 'probe', reason: result.reason }, effects);
}

function pass(check: CheckState, at: Instant, weight: number | undefined, effects: HealthEffect[]): void {
  check.last = { at, failure: undefined };
  check.tries = 0;
  check.ran = true;
  scheduleNext(check, at, effects);
  check.asked = weight;
  setPassing(check, undefined, effects);
}

/** A check that passed before, or has no result yet, is retried `retry` times before it counts as failed. */
function fail(check: CheckState, at: Instant, failure: CheckFailure, effects: HealthEffect[]): void {
  const { checker } = check;
  check.last = { at, failure };
  if ((check.up || !check.ran) && check.tries < checker.retry) {
    check.tries += 1;
    schedule(check, at + checker.delay_before_retry, effects);
    if (checker.log_all_failures) logTry(check, failure, effects);
    return;
  }
  check.tries = 0;
  check.ran = true;
  schedule(check, at + checker.delay_loop, effects);
  setPassing(check, failure, effects);
}

/**
 * Sets whether a check passes and propagates it to the real server, the kernel, the quorum and notifications.
 * @param failure undefined if it passes
 */
export function setPassing(check: CheckState, failure: CheckFailure | undefined, effects: HealthEffect[]): void {
  const { real } = check;
  const up = failure === undefined;
  const weighed = weigh(real);
  if (check.up !== up) {
    check.up = up;
    real.failing += up ? -1 : 1;
  }
  const alive = real.failing === 0;
  if (alive === real.alive) {
    if (weighed) updateReal(real, effects, () => logWeight(check, effects));
    if (failure !== undefined && !real.reported) reportNeverUp(check, failure, effects);
    return;
  }
  real.alive = alive;
  real.reported = true;
  real.virtual.liveWeight += alive ? real.weight : -real.weight;
  const cause = failure === undefined ? undefined : causeOf(check, failure);
  updateReal(real, effects, () => reportReal(real, cause, effects));
}

function logTry({ real, checker, tries }: CheckState, failure: CheckFailure, effects: HealthEffect[]): void {
  const { kind, retry } = checker;
  effects.push({ kind: 'log', code: 'check-retried', ...namesOf(real), checker: kind, failure, tries, retry });
}

function logWeight({ real, checker }: CheckState, effects: HealthEffect[]): void {
  effects.push({ kind: 'log', code: 'weight-set', ...namesOf(real), weight: real.weight, checker: checker.kind });
}

/** The first failure of a real server that starts as down (`alpha`). No mail is sent, as no capacity was lost. */
function reportNeverUp(check: CheckState, failure: CheckFailure, effects: HealthEffect[]): void {
  const { real } = check;
  real.reported = true;
  effects.push({ kind: 'log', code: 'real-never-up', ...namesOf(real), cause: causeOf(check, failure) });
  notifyReal(real, 'DOWN', effects);
}

function causeOf({ checker }: CheckState, failure: CheckFailure): DownCause {
  return { code: 'checker', checker: checker.kind, failure };
}

type FileEvent = Extract<HealthEvent, { kind: 'file' }>;

/** Updates every FILE_CHECK that reads the file. */
export function updateFile(state: HealthState, event: FileEvent, effects: HealthEffect[]): void {
  state.files.set(event.file, event.value);
  for (const check of state.checks.values()) {
    const { checker } = check;
    if (checker.kind !== 'FILE_CHECK' || checker.file !== event.file) continue;
    const { extra, failure } = judgeFile(checker, event.value);
    check.extra = extra;
    check.ran = true;
    check.last = { at: event.at, failure };
    setPassing(check, failure, effects);
  }
}

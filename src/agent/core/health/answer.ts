import type { ProbeResult } from '../probe/probe.ts';
import type { Instant } from '../step.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { updateReal } from './quorum.ts';
import { schedule, scheduleNext } from './schedule.ts';
import type { CheckState, HealthState } from './state.ts';
import { notifyReal, reportReal } from './notify.ts';
import { judgeFile, weigh } from './build.ts';

/** Handles a probe result. If it changes nothing, only the next probe is scheduled. */
export function answer(check: CheckState, at: Instant, result: ProbeResult, effects: HealthEffect[]): void {
  if (result.passed) pass(check, at, result.weight, effects);
  else fail(check, at, result.reason, effects);
}

function pass(check: CheckState, at: Instant, weight: number | undefined, effects: HealthEffect[]): void {
  check.last = { at, passed: true, reason: undefined };
  check.tries = 0;
  check.ran = true;
  scheduleNext(check, at, effects);
  check.asked = weight;
  setPassing(check, true, effects);
}

/** A check that passed before, or has no result yet, is retried `retry` times before it counts as failed. */
function fail(check: CheckState, at: Instant, reason: string, effects: HealthEffect[]): void {
  const { checker } = check;
  check.last = { at, passed: false, reason };
  if ((check.up || !check.ran) && check.tries < checker.retry) {
    check.tries += 1;
    schedule(check, at + checker.delay_before_retry, effects);
    if (checker.log_all_failures) logTry(check, reason, effects);
    return;
  }
  check.tries = 0;
  check.ran = true;
  schedule(check, at + checker.delay_loop, effects);
  setPassing(check, false, effects);
}

/** Sets whether a check passes and propagates it to the real server, the kernel, the quorum and notifications. */
export function setPassing(check: CheckState, up: boolean, effects: HealthEffect[]): void {
  const { real } = check;
  const weighed = weigh(real);
  if (check.up !== up) {
    check.up = up;
    real.failing += up ? -1 : 1;
  }
  const alive = real.failing === 0;
  if (alive === real.alive) {
    if (weighed) updateReal(real, effects, () => logWeight(check, effects));
    if (!up && !real.reported) reportNeverUp(check, effects);
    return;
  }
  real.alive = alive;
  real.reported = true;
  real.virtual.liveWeight += alive ? real.weight : -real.weight;
  const why = alive ? undefined : reasonOf(check);
  updateReal(real, effects, () => reportReal(real, why, effects));
}

function logTry({ real, checker, tries }: CheckState, reason: string, effects: HealthEffect[]): void {
  const text = `${checker.kind} of real server ${real.name} of ${real.virtual.name} failed: ${reason}; retrying (${tries} of ${checker.retry})`;
  effects.push({ kind: 'log', level: 'info', text });
}

function logWeight({ real, checker }: CheckState, effects: HealthEffect[]): void {
  const text = `real server ${real.name} of ${real.virtual.name} has weight ${real.weight}, set by ${checker.kind}`;
  effects.push({ kind: 'log', level: 'info', text });
}

/** The first failure of a real server that starts as down (`alpha`). No mail is sent, as no capacity was lost. */
function reportNeverUp(check: CheckState, effects: HealthEffect[]): void {
  const { real } = check;
  real.reported = true;
  const text = `real server ${real.name} of ${real.virtual.name} does not come up: ${reasonOf(check)}`;
  effects.push({ kind: 'log', level: 'warning', text });
  notifyReal(real, 'DOWN', effects);
}

function reasonOf({ checker, last }: CheckState): string {
  return `${checker.kind}: ${last?.reason ?? 'failed'}`;
}

type FileEvent = Extract<HealthEvent, { kind: 'file' }>;

/** Updates every FILE_CHECK that reads the file. */
export function updateFile(state: HealthState, event: FileEvent, effects: HealthEffect[]): void {
  state.files.set(event.file, event.value);
  for (const check of state.checks.values()) {
    const { checker } = check;
    if (checker.kind !== 'FILE_CHECK' || checker.file !== event.file) continue;
    const { passed, extra, reason } = judgeFile(checker, event.value);
    check.extra = extra;
    check.ran = true;
    check.last = { at: event.at, passed, reason };
    setPassing(check, passed, effects);
  }
}

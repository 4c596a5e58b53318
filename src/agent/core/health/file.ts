import type { FileCheck } from '../conf/model-check.ts';
import { turn } from './answer.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import type { CheckState, HealthState } from './state.ts';

type FileEvent = Extract<HealthEvent, { kind: 'file' }>;

/** Below it a file takes its real server out of use (keepalived.conf(5), "Track files"). */
const FAULT = -2_147_483_648;

export function hearFile(state: HealthState, event: FileEvent, effects: HealthEffect[]): void {
  state.files.set(event.file, event.value);
  for (const check of state.checks.values())
    if (check.checker.kind === 'FILE_CHECK' && check.checker.file === event.file)
      readFile(state, check, event.at, effects);
}

/** Judges a FILE_CHECK by what its file held last; nothing happens while nothing is known of it. */
export function readFile(state: HealthState, check: CheckState, at: number, effects: HealthEffect[]): void {
  const { checker } = check;
  if (checker.kind !== 'FILE_CHECK' || !state.files.has(checker.file)) return;
  const { passed, extra, reason } = judge(checker, state.files.get(checker.file));
  check.extra = extra;
  check.ran = true;
  check.last = { at, passed, reason };
  turn(check, passed, effects);
}

/** With weight 0 any number but 0 fails, and `reverse` turns it round. A file that cannot be read counts as 0. */
function judge(
  { file, weight, reverse }: FileCheck,
  value = 0,
): { readonly passed: boolean; readonly extra: number; readonly reason: string | undefined } {
  if (weight === 0) {
    const passed = (value === 0) !== reverse;
    return { passed, extra: 0, reason: passed ? undefined : `${file} holds ${value}` };
  }
  const product = value * weight * (reverse ? -1 : 1);
  if (product > FAULT) return { passed: true, extra: product, reason: undefined };
  return { passed: false, extra: 0, reason: `${file} holds ${value}, times ${weight} is below every weight` };
}

import { turn } from './answer.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { judgeFile } from './judge-file.ts';
import type { HealthState } from './state.ts';

type FileEvent = Extract<HealthEvent, { kind: 'file' }>;

/** What a file holds is news for every FILE_CHECK of it. */
export function hearFile(state: HealthState, event: FileEvent, effects: HealthEffect[]): void {
  state.files.set(event.file, event.value);
  for (const check of state.checks.values()) {
    const { checker } = check;
    if (checker.kind !== 'FILE_CHECK' || checker.file !== event.file) continue;
    const { passed, extra, reason } = judgeFile(checker, event.value);
    check.extra = extra;
    check.ran = true;
    check.last = { at: event.at, passed, reason };
    turn(check, passed, effects);
  }
}

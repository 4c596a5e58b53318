import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';

/** Milliseconds between two looks at what was seen. */
const LOOK_MS = 50;

/**
 * Waits until `done` says so, at most `limitMs`; false when it did not in that time.
 * @throws Failure `interrupted` when the signal comes, and whatever `done` throws.
 */
export async function waitUntil(done: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (signal.aborted) throw new Failure('interrupted', 'the test was interrupted');
    if (done()) return true;
    if (performance.now() >= end) return false;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';

/** Milliseconds between two evaluations of the condition. */
const POLL_MS = 50;

/**
 * Waits until `done` returns true; false when it does not within `limitMs`.
 * @throws Failure `interrupted` when the signal aborts, and whatever `done` throws.
 */
export async function waitUntil(done: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (signal.aborted) throw new Failure('interrupted', 'the test was interrupted');
    if (done()) return true;
    if (performance.now() >= end) return false;
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

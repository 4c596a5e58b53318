/** Waits that are shorter are late by the task's timer slack alone, which is 50 µs. */
const LONG_MS = 50;

/**
 * How long to wait in one go for what is due in `left` milliseconds; what is left then is waited for in a second go.
 * The kernel may end a wait late by a thousandth of it, so that wake-ups coincide (`select_estimate_accuracy` in
 * fs/select.c); a backup that waits 3.6 s for its master would take over 3.6 ms late.
 */
export function punctual(left: number): number {
  return left <= LONG_MS ? Math.max(0, left) : left * 0.998;
}

/** Shorter waits are delayed only by the timer slack of 50 µs. */
const LONG_MS = 50;

/**
 * The first of two waits for a deadline in `left` milliseconds. The kernel may extend a wait by a thousandth to
 * coalesce wake-ups (`select_estimate_accuracy` in fs/select.c); a backup that waits 3.6 s would be 3.6 ms late.
 */
export function punctual(left: number): number {
  return left <= LONG_MS ? Math.max(0, left) : left * 0.998;
}

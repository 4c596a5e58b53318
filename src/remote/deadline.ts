import { onAbort } from './on-abort.ts';

export interface Deadline {
  /** Aborts with the original signal, or when the time is up. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** Releases the timer and the original signal. */
  readonly done: () => void;
}

/** ms; beyond this, node's timers overflow and fire at once */
export const LONGEST_MS = 2 ** 31 - 1;

/**
 * A signal with a time limit. Unlike `AbortSignal.any()` and `timeout()`, it leaves no listener on a long-lived signal.
 */
export function deadline(signal: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  const end = Date.now() + Math.min(ms, LONGEST_MS);
  const abort = (): void => {
    controller.abort();
  };
  const clock = setTimeout(abort, Math.min(ms, LONGEST_MS));
  const forget = onAbort(signal, abort);
  if (signal.aborted) abort();
  return {
    signal: controller.signal,
    leftMs: () => Math.max(1, end - Date.now()),
    done: () => {
      clearTimeout(clock);
      forget();
    },
  };
}

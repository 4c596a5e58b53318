import { onAbort } from './on-abort.ts';

export interface Deadline {
  /** Aborts with the signal that it was made from, or when the time is over. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** Lets go of the clock and of the other signal. */
  readonly done: () => void;
}

/** ms; node's timers overflow beyond, and end at once */
export const LONGEST_MS = 2 ** 31 - 1;

/** A signal with a clock. Unlike `AbortSignal.any()` and `timeout()` it leaves nothing behind in a signal that lives long. */
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

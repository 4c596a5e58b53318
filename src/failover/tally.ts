import type { Request } from './observation.ts';

/** How many requests ended within a stretch of time, and what became of them. */
export interface Tally {
  readonly requests: number;
  readonly failed: number;
  /** When the first and the last of the failed ones ended; undefined when none failed. */
  readonly failing: { readonly from: number; readonly to: number } | undefined;
}

/** Counts the requests that ended from `from` (inclusive) to `to` (exclusive). */
export function tallyOf(requests: readonly Request[], from: number, to: number): Tally {
  const within = requests.filter((request) => request.endedAt >= from && request.endedAt < to);
  const ends = within.filter((request) => !request.answered).map((request) => request.endedAt);
  return {
    requests: within.length,
    failed: ends.length,
    failing: ends.length === 0 ? undefined : { from: Math.min(...ends), to: Math.max(...ends) },
  };
}

/**
 * When the service was whole again: the first answer after the last failed request, provided that nothing failed for
 * `provenMs` up to the end. Undefined when that cannot be said, `from` when nothing failed at all.
 */
export function wholeAgainAt(
  requests: readonly Request[],
  from: number,
  to: number,
  provenMs: number,
): number | undefined {
  const failedAt = tallyOf(requests, from, to).failing?.to;
  const answers = requests
    .filter((request) => request.answered && request.endedAt >= (failedAt ?? from) && request.endedAt < to)
    .map(({ endedAt }) => endedAt);
  if (answers.length === 0 || to - (failedAt ?? from) < provenMs) return undefined;
  return failedAt === undefined ? from : Math.min(...answers);
}

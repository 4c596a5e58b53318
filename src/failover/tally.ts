import type { Request } from './observation.ts';

/** Number of requests that ended in a period, and how many of them failed. */
export interface Tally {
  readonly requests: number;
  readonly failed: number;
  /** When the first and the last of the failed ones ended; undefined when none failed. */
  readonly failing: { readonly from: number; readonly to: number } | undefined;
}

/** Counts requests that ended from `from` (inclusive) to `to` (exclusive). */
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
 * When the service had recovered: the first answer after the last failed request, provided that no request failed during
 * the last `provenMs`; `from` when none failed at all, undefined when it is not proven.
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

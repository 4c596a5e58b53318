/** A request of the stream. */
export interface Request {
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * Whether the client got an HTTP status that the inventory accepts in time. A refused or reset connection is no answer.
   */
  readonly answered: boolean;
}

/** The time between two consecutive answers. */
export interface Gap {
  /** When the answer before the gap was complete. */
  readonly from: number;
  /** When the answer after the gap was complete; for an open gap, the end of the stream. */
  readonly to: number;
  readonly lengthMs: number;
  /** True when no answer followed before the end of the stream. */
  readonly open: boolean;
}

/**
 * Gaps that overlap the time from `from` to `to`, in order. The first starts at the last answer before `from`, so an
 * outage is measured from the last answer rather than from the fault. Answers are ordered by completion; two at the same
 * time make no gap.
 */
export function gapsOf(requests: readonly Request[], from: number, to: number): readonly Gap[] {
  const ends = requests
    .filter((request) => request.answered && request.endedAt <= to)
    .map((request) => request.endedAt)
    .sort((a, b) => a - b);
  const before = ends.filter((at) => at < from).at(-1);
  const marks = [before ?? from, ...ends.filter((at) => at >= from)];
  const closed = marks.slice(1).map((at, index) => gap(marks[index] ?? at, at, false));
  const last = marks.at(-1) ?? from;
  return [...closed, gap(last, to, true)].filter((each) => each.lengthMs > 0);
}

function gap(from: number, to: number, open: boolean): Gap {
  return { from, to, lengthMs: to - from, open };
}

/** The longest gap; the earliest of equals. */
export function longestGap(gaps: readonly Gap[]): Gap | undefined {
  return gaps.reduce<Gap | undefined>(
    (longest, each) => (longest === undefined || each.lengthMs > longest.lengthMs ? each : longest),
    undefined,
  );
}

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

/** Resolution of the request stream. No gap is known more precisely than `largestHoleMs`. */
export interface Sampling {
  readonly requestsPerSecond: number;
  /** The longest time in which no request was started, in milliseconds. */
  readonly largestHoleMs: number;
  /** Median of the milliseconds between two starts. */
  readonly medianSpacingMs: number;
}

/** Resolution of the stream between two times, from the starts of its requests; undefined for fewer than two. */
export function samplingOf(requests: readonly Request[], from: number, to: number): Sampling | undefined {
  const starts = requests
    .map(({ startedAt }) => startedAt)
    .filter((at) => at >= from && at < to)
    .sort((a, b) => a - b);
  const first = starts[0];
  const last = starts.at(-1);
  if (first === undefined || last === undefined || last === first) return undefined;
  const spacings = starts.slice(1).map((at, index) => at - (starts[index] ?? at));
  const sorted = [...spacings].sort((a, b) => a - b);
  return {
    requestsPerSecond: (spacings.length / (last - first)) * 1000,
    largestHoleMs: sorted.at(-1) ?? 0,
    medianSpacingMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
  };
}

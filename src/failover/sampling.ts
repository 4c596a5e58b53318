import type { Request } from './observation.ts';

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

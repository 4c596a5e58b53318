import type { Request } from './observation.ts';

/** How finely the stream could see. No gap is known better than to `largestHoleMs`. */
export interface Sampling {
  readonly requestsPerSecond: number;
  /** The longest time in which no request was started, in milliseconds. */
  readonly largestHoleMs: number;
  /** Milliseconds between two starts, half of them closer together than this. */
  readonly medianSpacingMs: number;
}

/** What the stream achieved between two moments, by the times at which its requests started; undefined for fewer than two. */
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

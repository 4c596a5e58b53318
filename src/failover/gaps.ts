import type { Request } from './observation.ts';

/** A stretch of time between two consecutive answers. */
export interface Gap {
  /** When the last answer before it was complete. */
  readonly from: number;
  /** When the next answer was complete; for an open gap, when the stream ended. */
  readonly to: number;
  readonly lengthMs: number;
  /** True when no answer came any more before the stream ended. */
  readonly open: boolean;
}

/**
 * All gaps that touch the time from `from` to `to`, in their order. The answer just before `from` begins the first,
 * so that an outage that starts with the fault is measured from the last answer and not from the fault.
 * Answers are taken in the order in which they were complete; two at the same moment make no gap.
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

/** The longest of them, the earliest among equals; undefined when there is none. */
export function longestGap(gaps: readonly Gap[]): Gap | undefined {
  return gaps.reduce<Gap | undefined>(
    (longest, each) => (longest === undefined || each.lengthMs > longest.lengthMs ? each : longest),
    undefined,
  );
}

import type { Request } from './observation.ts';

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

/** A set of characters: code points, or bytes, as inclusive ranges that are sorted and apart. */
export type CodeSet = readonly CodeRange[];
export type CodeRange = readonly [first: number, last: number];

export const LAST_BYTE = 0xff;
export const LAST_CODE_POINT = 0x10ffff;

/** Puts ranges in order and joins those that touch. */
export function codeSet(ranges: readonly CodeRange[]): CodeSet {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

export function complement(set: CodeSet, last: number): CodeSet {
  const gaps: CodeRange[] = [];
  let next = 0;
  for (const [first, end] of set) {
    if (first > last) break;
    if (first > next) gaps.push([next, first - 1]);
    next = end + 1;
  }
  if (next <= last) gaps.push([next, last]);
  return gaps;
}

/** What of a set is not above `last`. */
export function clip(set: CodeSet, last: number): CodeSet {
  return set.flatMap(([first, end]): readonly CodeRange[] => (first > last ? [] : [[first, Math.min(end, last)]]));
}

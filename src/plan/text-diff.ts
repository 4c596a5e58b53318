import { diffArrays } from 'diff';

export type DiffLine = { readonly sign: ' ' | '+' | '-'; readonly text: string };

/** Marks a last line without newline, which would otherwise look unchanged. */
export const UNFINISHED = ' (no newline at the end)';

/** Context lines around a change. */
const CONTEXT = 2;

/** A line diff. Texts that have more than `limit` lines not in common are shown as replaced. */
export function diffLines(before: string, after: string, limit = 2000): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const parts = diffArrays(a, b, { maxEditLength: limit });
  if (parts === undefined)
    return [...a.map((text): DiffLine => ({ sign: '-', text })), ...b.map((text): DiffLine => ({ sign: '+', text }))];
  return parts.flatMap(({ added, removed, value }) => {
    const sign = added ? '+' : removed ? '-' : ' ';
    return value.map((text): DiffLine => ({ sign, text }));
  });
}

/** The changed lines with context; undefined marks omitted lines. */
export function shorten(lines: readonly DiffLine[]): readonly (DiffLine | undefined)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((line, index) => {
    if (near[index] === true) return [line];
    return index === 0 || near[index - 1] === true ? [undefined] : [];
  });
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : `${text}${UNFINISHED}`).split('\n');
}

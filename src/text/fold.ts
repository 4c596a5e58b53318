import { columnsOf, splitAtColumn } from './columns.ts';
import { wrap } from './wrap.ts';

/** Columns that are left for text however deep it is indented. */
const LEAST = 20;

/**
 * Breaks a line so that the terminal never does: it would go on in the first column, where lines of ours begin, and a
 * text padded to the width could pose as one. Words longer than a line are broken too.
 * @param indent spaces before each line but the first
 * @param width columns of the terminal
 */
export function fold(text: string, indent: number, width: number): readonly string[] {
  const hang = Math.max(0, Math.min(indent, width - LEAST));
  return wrap(text, hang, width).flatMap((line) => {
    if (columnsOf(line) <= width) return [line];
    const [first = ''] = splitAtColumn(line, width);
    const rest = splitAtColumn(line.slice(first.length), Math.max(1, width - hang));
    return [first, ...rest.map((piece) => `${' '.repeat(hang)}${piece}`)];
  });
}

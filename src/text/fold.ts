import { columnsOf, splitAtColumn } from './columns.ts';
import { wrap } from './wrap.ts';

/** Minimum columns for text at any indentation. */
const LEAST = 20;

/**
 * Wraps a line before the terminal does, which would continue in the first column, where
 * untrusted text could imitate lines of lvsctl. Words longer than a line are split.
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

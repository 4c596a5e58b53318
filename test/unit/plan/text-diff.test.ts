import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffLine, UNFINISHED, diffLines, shorten } from '../../../src/plan/text-diff.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', '', ' '), { maxLength: 12 }).map((lines) => lines.join('\n'));

/** The lines of a text; a last one without a newline says so. */
function linesOf(given: string): readonly string[] {
  if (given === '') return [];
  return given.endsWith('\n') ? given.slice(0, -1).split('\n') : `${given}${UNFINISHED}`.split('\n');
}

const side = (lines: readonly DiffLine[], sign: '+' | '-') =>
  lines.filter((line) => line.sign === ' ' || line.sign === sign).map((line) => line.text);

const summaryOf = (before: string, after: string) => diffLines(before, after).map(({ sign, text }) => `${sign}${text}`);

describe('a line diff', () => {
  it('reconstructs both texts, whatever they are', () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (before, after, small) => {
        const lines = diffLines(before, after, small ? 3 : undefined);
        expect(side(lines, '-')).toEqual(linesOf(before));
        expect(side(lines, '+')).toEqual(linesOf(after));
      }),
    );
  });

  it('is empty exactly when the texts are equal', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(diffLines(before, after).every(({ sign }) => sign === ' ')).toBe(before === after);
      }),
    );
  });

  it('is minimal', () => {
    expect(summaryOf('a\nb\nc\nd\n', 'a\nc\nd\nb\n')).toEqual([' a', '-b', ' c', ' d', '+b']);
    expect(summaryOf('a\nb\n', 'a\nx\n')).toEqual([' a', '-b', '+x']);
    expect(summaryOf('', 'a\n')).toEqual(['+a']);
    expect(summaryOf('a\n', '')).toEqual(['-a']);
    expect(summaryOf('\n', '')).toEqual(['-']);
  });

  it('shows a missing newline at the end', () => {
    expect(summaryOf('a\nb', 'a\nb\n')).toEqual([' a', '-b (no newline at the end)', '+b']);
  });

  it('is short for a long text with one more line, and fast for unrelated texts', () => {
    const long = (sign: string) => Array.from({ length: 3000 }, (_, index) => `${sign}${index}\n`).join('');
    expect(diffLines(long('a'), `${long('a')}x\n`).filter(({ sign }) => sign !== ' ')).toEqual([
      { sign: '+', text: 'x' },
    ]);
    expect(diffLines(long('a'), long('b'))).toHaveLength(6000);
  });
});

describe('a shortened diff', () => {
  it('keeps every change in order, and marks omitted lines', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const whole = diffLines(before, after);
        const short = shorten(whole);
        const changed = (lines: readonly (DiffLine | undefined)[]) =>
          lines.filter((line) => line !== undefined && line.sign !== ' ');
        expect(changed(short)).toEqual(changed(whole));
        const left = short.filter((line) => line !== undefined).length;
        expect(short.includes(undefined)).toBe(left < whole.length);
        expect(
          short.some((line, index) => line === undefined && short[index + 1] === undefined && index + 1 < short.length),
        ).toBe(false);
      }),
    );
  });

  it('shows two lines around each change', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    const lines = shorten(diffLines(before, before.replace('5', 'x')));
    expect(lines.map((line) => (line === undefined ? '…' : `${line.sign}${line.text}`))).toEqual([
      '…',
      ' 3',
      ' 4',
      '-5',
      '+x',
      ' 6',
      ' 7',
      '…',
    ]);
  });
});

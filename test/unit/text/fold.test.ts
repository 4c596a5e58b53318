import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/text/columns.ts';
import { cut } from '../../../src/text/cut.ts';
import { fold } from '../../../src/text/fold.ts';

describe('a line on a terminal', () => {
  it.each([
    ['is broken at a space', 'one two three four five six', 2, ['one two three four', '  five six']],
    ['is broken inside a word that is too long', 'x'.repeat(30), 2, ['x'.repeat(22), `  ${'x'.repeat(8)}`]],
    ['counts each consonant of a conjunct', 'क्'.repeat(30), 2, ['क्'.repeat(22), `  ${'क्'.repeat(8)}`]],
    ['counts characters of two columns', '漢'.repeat(12), 2, ['漢'.repeat(11), '  漢']],
  ])('%s', (_name, text, indent, expected) => {
    expect(fold(text, indent, 22)).toEqual(expected);
  });

  it('never exceeds the width, and continues at its indent', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '漢', '😀', '\u00A0', 'e\u0301'), maxLength: 200 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), (given, indent) => {
        const [, ...rest] = fold(`t: ${given}`, indent, 40);
        for (const line of rest) {
          expect(columnsOf(line)).toBeLessThanOrEqual(40);
          expect(line.startsWith(' '.repeat(indent))).toBe(true);
        }
      }),
    );
  });
});

describe('a text that is too long', () => {
  it('is truncated, with the number of omitted characters', () => {
    expect(cut('abcdef', 4)).toBe('abcd… (2 characters more)');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('keeps no half of a surrogate pair', () => {
    expect(cut('ab😀cd', 3)).toBe('ab… (4 characters more)');
  });
});

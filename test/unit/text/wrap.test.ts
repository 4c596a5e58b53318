import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrap } from '../../../src/text/wrap.ts';

describe('a line', () => {
  it.each([
    ['stays whole when it fits', 'one two', 2, 7, ['one two']],
    ['is broken before the word that does not fit', 'one two three', 2, 8, ['one two', '  three']],
    ['keeps the space before its first word', '    one two', 6, 8, ['    one', '      two']],
    ['keeps a word that is longer than a line', 'one extraordinary', 0, 5, ['one', 'extraordinary']],
    ['may be empty', '', 4, 80, ['']],
  ])('%s', (_name, text, indent, width, expected) => {
    expect(wrap(text, indent, width)).toEqual(expected);
  });

  it('loses no word', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 12 }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, fc.nat(10), fc.integer({ min: 1, max: 40 }), (all, indent, width) => {
        const lines = wrap(all.join(' '), indent, width);
        expect(lines.flatMap((line) => line.split(' ').filter((word) => word !== ''))).toEqual(all);
      }),
    );
  });
});

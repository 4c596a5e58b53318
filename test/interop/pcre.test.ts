import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/keepalived/text/utf8.ts';
import { compileRegex } from '../../src/agent/core/pattern/pattern.ts';
import { PatternRefusal } from '../../src/keepalived/pattern/syntax.ts';
import { openPcre } from '../support/pcre.ts';
import { found } from '../unit/agent/pattern/found.ts';

// Compares the agent's patterns with PCRE2, which keepalived uses: errors and matches must be the same.

const ATOMS =
  'a|b|A|K|s| |é|ß|1|_|-|{|{1|]|}|.|^|$|\\A|\\Z|\\z|\\b|\\B|\\d|\\D|\\w|\\W|\\s|\\S|\\h|\\v|\\N|\\n|\\t|\\.|\\x61|\\xe9|\\x{e9}|\\x|\\012|\\0|\\cA|\\Q.*\\E|\\pL|\\p{Lu}|\\P{L}|[ab]|[^a]|[a-c]|[\\w-]|[]a]|[^]a]|[a\\-z]|[a-]|[-a]|[\\d-z]|[b-a]|[\\b]|[à-ý]|[^\\n]|[^\\pL]|[[:alpha:]]|[^[:^space:]\\d]|[[:punct:]]|[[:upper:]x]|[^[:lower:]]|(?#x)'.split(
    '|',
  );
const QUANTIFIERS = ['*', '+', '?', '{2}', '{0,2}', '{1,}', '{,2}', '*?', '+?', '??', '{1,3}?'];

const patterns = fc.letrec<{ readonly pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc.tuple(tie('pattern'), tie('pattern')).map((pair) => pair.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((pair) => pair.join('|')),
    fc
      .tuple(tie('pattern'), fc.constantFrom(...QUANTIFIERS, '(?i)', '(?m)', '(?s)', '(?x)'))
      .map((pair) => pair.join('')),
    fc
      .tuple(fc.constantFrom('', '?:', '?i:', '?s:', '?m:', '?-i:', '?|', '?ms-i:', '?x:', '?^:'), tie('pattern'))
      .map(([start, pattern]) => `(${start}${pattern})`),
    // PCRE2 10.42 misses matches with {0} around ^ in multiline mode.
    fc
      .tuple(tie('pattern'), fc.constantFrom(...QUANTIFIERS))
      .map(([pattern, quantifier]) => `(?:${pattern})${quantifier}`),
  ),
})).pattern;
const flags = fc.subarray(['i', 's', 'm', 'x', 'D', 'u', 'p', 'c', 'e']).map((letters) => letters.join(''));
const texts = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'A',
    'c',
    '\n',
    ' ',
    '1',
    '_',
    'é',
    'É',
    'K',
    '\u212a',
    's',
    'ſ',
    '-',
    '.',
    '\r',
    'ß',
  ),
  maxLength: 9,
});

it('rejects and matches the same as PCRE', () => {
  const pcre = openPcre();
  fc.assert(
    fc.property(patterns, flags, fc.array(texts, { minLength: 1, maxLength: 5 }), (pattern, letters, some) => {
      const ours = compileRegex(pattern, letters);
      const theirs = pcre(encodeUtf8(pattern), letters);
      if (ours instanceof PatternRefusal && ours.kind === 'unsupported') return;
      try {
        expect(ours instanceof PatternRefusal ? undefined : 'accepted').toBe(
          theirs === undefined ? undefined : 'accepted',
        );
        if (ours instanceof PatternRefusal || theirs === undefined) return;
        for (const text of some) {
          const bytes = encodeUtf8(text);
          expect(found(ours, bytes)).toBe(theirs.find(bytes, 0));
        }
      } finally {
        theirs?.free();
      }
    }),
    { numRuns: 1000 },
  );
});

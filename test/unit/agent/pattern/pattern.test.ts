import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { compileRegex } from '../../../../src/agent/core/pattern/pattern.ts';
import { beginSearch, searchOn } from '../../../../src/agent/core/pattern/search.ts';
import { PatternRefusal } from '../../../../src/keepalived/pattern/syntax.ts';
import { compiled, found, matches } from './found.ts';

/** Patterns with the same meaning in JavaScript and PCRE. */
const patterns = fc.letrec<{ readonly pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      '-',
      '_',
      '[ab]',
      '[^a-]',
      '[^\\d\\n]',
      '\\d',
      '\\w',
      '\\W',
      '\\S',
      '\\b',
      '\\B',
      '[^\\n\\r]',
    ),
    fc.constantFrom('', '^', '\\x61', '[\\w-]', '1'),
    fc.tuple(tie('pattern'), tie('pattern')).map((pair) => pair.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((pair) => `(${pair.join('|')})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0}', '{1,3}', '{2,}', '*?', '+?', '??', '{1,2}?'))
      .map(([pattern, quantifier]) => `(?:${pattern})${quantifier}`),
  ),
})).pattern;
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', '-', '_', ' ', '\n', 'c'), maxLength: 12 });

it('finds the same matches as RegExp', () => {
  fc.assert(
    fc.property(patterns, fc.constantFrom('', 'i'), texts, fc.nat({ max: 12 }), (pattern, flags, text, from) => {
      const oracle = new RegExp(pattern, `${flags}g`);
      const start = Math.min(from, text.length);
      oracle.lastIndex = start;
      expect(found(compiled(pattern, flags), encodeUtf8(text), start)).toBe(oracle.exec(text)?.index);
    }),
    { numRuns: 1500 },
  );
});

it('finds the same matches however the text is split and whatever the step limit', () => {
  const some = fc.record({ text: texts, cut: fc.nat({ max: 12 }), steps: fc.integer({ min: 1, max: 30 }) });
  fc.assert(
    fc.property(patterns, some, (pattern, { text, cut, steps }) => {
      const bytes = encodeUtf8(text);
      const automaton = compiled(pattern);
      const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(matches(automaton, parts, { steps })).toBe(matches(automaton, [bytes]));
    }),
  );
});

// Differences between PCRE and JavaScript, verified with PCRE2 10.42.
it.each([
  ['a$', '', 'a\n', 0],
  ['a$', '', 'a\n\n', undefined],
  ['a$\\n', '', 'a\n', 0],
  ['a$', 'D', 'a\n', undefined],
  ['a\\Z', '', 'a\n', 0],
  ['a\\z', '', 'a\n', undefined],
  ['a$', 'm', 'a\nb', 0],
  ['^', 'm', '\n', 0],
  ['(?<!x)?^b', 'm', '', 'unsupported'],
  ['\\n^', 'm', 'a\n', undefined],
  ['\\n^', 'mc', 'a\n', 1],
  ['a.b', '', 'a\rb', 0],
  ['a.b', '', 'a\nb', undefined],
  ['a.b', 's', 'a\nb', 0],
  ['[]a]b', '', ']b', 0],
  ['[[:digit:][:^space:]]', '', ' x', 1],
  ['\\Qa.b\\E+', '', 'a.bb', 0],
  ['a b # c', 'x', 'ab', 0],
  ['(?i)A(?-i)b', '', 'aB', undefined],
  ['(?i:A)b', '', 'ab', 0],
  ['(?#comment)a', '', 'ba', 1],
  ['\\h\\v', '', 'a\t\v', 1],
  ['\\x{e9}', 'u', 'aé', 1],
  ['É', 'ui', 'é', 0],
  ['É', 'i', 'é', undefined],
  ['^.$', 'u', '€', 0],
  ['^...$', '', '€', 0],
  ['\\p{Lu}', 'u', 'aÄ', 1],
  ['\\w', 'u', 'ä', undefined],
  ['\\w', 'up', 'ä', 0],
  ['{a', '', '{a', 0],
  ['(?|a|b)c', '', 'bc', 0],
  ['(?<n>a)', '', 'a', 0],
])('finds /%s/%s in %j at %s', (pattern, flags, text, where) => {
  const automaton = compileRegex(pattern, flags);
  if (automaton instanceof PatternRefusal) expect(automaton.kind).toBe(where);
  else expect(found(automaton, encodeUtf8(text))).toBe(where);
});

describe('an unusable pattern', () => {
  it.each([
    ['(a)\\1', 'unsupported', 'backreference \\1 is not supported'],
    ['(?=a)', 'unsupported', 'lookahead (?= is not supported'],
    ['(?!a)', 'unsupported', 'lookahead (?! (regex_no_match inverts a whole pattern) is not supported'],
    ['(?<=a)', 'unsupported', 'lookbehind (?<= is not supported'],
    ['(?>a)', 'unsupported', 'atomic group (?> is not supported'],
    ['(?R)', 'unsupported', 'recursion (?R is not supported'],
    ['(?(1)a)', 'unsupported', 'conditional group (?( is not supported'],
    ['(*UTF)a', 'unsupported', 'verb (* is not supported'],
    ['((a{100}){100}){100}', 'unsupported', 'its repetitions come to more than 5000 steps, which is not supported'],
    ['a++b', 'unsupported', 'possessive quantifier is not supported'],
    ['(', 'malformed', 'there is a ( without its )'],
    [')', 'malformed', 'there is a ) without its ('],
    ['[a', 'malformed', 'the pattern ends in a class: ] is missing'],
    ['*', 'malformed', 'a quantifier follows nothing that it could repeat'],
    ['a**', 'malformed', 'a quantifier follows nothing that it could repeat'],
    ['[b-a]', 'malformed', 'a range in a class is out of order'],
    ['\\', 'malformed', 'the pattern ends in a backslash'],
    ['\\x{100}', 'malformed', 'character 100 is too large without utf'],
  ])('%s is %s', (pattern, kind, reason) => {
    expect(compileRegex(pattern, '')).toMatchObject({ kind, message: reason });
  });
});

describe('patterns that are slow with backtracking', () => {
  it.each([
    ['^(\\w+\\s?)*$', `${'a'.repeat(65_535)}!`],
    ['<title>.*OK.*</title>', '<title>'.repeat(9362)],
    ['(x+x+)+y', 'x'.repeat(65_536)],
    ['(a|aa)+$', `${'a'.repeat(65_535)}b`],
    ['(.*)(.*)(.*)(.*)[0-9]', 'x'.repeat(65_536)],
  ])('%s takes one step per byte', (pattern, text) => {
    const automaton = compiled(pattern);
    const bytes = encodeUtf8(text);
    const window = { min: 0, max: undefined };
    const { search, read } = searchOn(automaton, beginSearch(automaton, window), bytes, window, bytes.length + 1000);
    expect(read).toBe(bytes.length);
    expect(search.effort).toBeLessThan(1000);
  });

  it('stop at the step limit', () => {
    const automaton = compiled('[ab]*a[ab]{200}c');
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => ((index * 7919) % 13 < 6 ? 97 : 98));
    const window = { min: 0, max: undefined };
    const { search, read } = searchOn(automaton, beginSearch(automaton, window), bytes, window, 5000);
    expect(read).toBeLessThan(bytes.length);
    expect(search.effort).toBeLessThan(7000);
  });
});

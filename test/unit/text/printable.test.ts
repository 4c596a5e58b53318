import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../../src/text/printable.ts';
import { hostileText } from '../../support/hostile-text.ts';

describe('text that came from elsewhere', () => {
  it.each([
    ['keeps what can be seen', 'naïve 漢字 😀 → “x”', 'naïve 漢字 😀 → “x”'],
    ['shows an escape sequence', 'a\u001B]0;title\u0007b', 'a^[]0;title^Gb'],
    ['shows a C1 control', 'a\u009B2Jb', String.raw`a\u{9b}2Jb`],
    ['shows a newline, a return and a tab', 'a\r\n\tb', 'a^M^J^Ib'],
    ['shows DEL and NUL', '\u007F\0', '^?^@'],
    ['shows what turns the direction of text', 'a\u202Eb\u2066', String.raw`a\u{202e}b\u{2066}`],
    ['shows what has no width', 'a\u200B\u{E0041}\u00ADb', String.raw`a\u{200b}\u{e0041}\u{ad}b`],
    ['shows half of a surrogate pair', 'a\uD800b', String.raw`a\u{d800}b`],
    ['stacks no more than two marks', 'e\u0301\u0302\u0303', `e\u0301\u0302${String.raw`\u{303}`}`],
  ])('%s', (_name, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('keeps the requested control characters', () => {
    expect(printable('a\n\tb\r', '\n\t')).toBe('a\n\tb^M');
  });
});

describe('JSON', () => {
  it('contains the same value, without control characters', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = printableJson({ text });
        expect(JSON.parse(line)).toEqual({ text });
        expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u);
      }),
    );
  });
});

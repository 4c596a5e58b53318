import type { CodeRange, CodeSet } from './code-set.ts';

/** The last code point of each length, in bytes. */
const LENGTHS = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;

/** The byte ranges, one after the other, that spell the characters of a set in UTF-8. Surrogates are left out: no text has them. */
export function utf8Sequences(set: CodeSet): readonly (readonly CodeRange[])[] {
  return set
    .flatMap((range) => withoutSurrogates(range))
    .flatMap(([first, last]) => {
      let start = first;
      return LENGTHS.flatMap((longest, index) => {
        const end = Math.min(last, longest);
        if (start > end) return [];
        const sequences = split(start, end, index + 1);
        start = end + 1;
        return sequences;
      });
    });
}

function withoutSurrogates([first, last]: CodeRange): readonly CodeRange[] {
  const parts: CodeRange[] = [];
  if (first < 0xd800) parts.push([first, Math.min(last, 0xd7ff)]);
  if (last > 0xdfff) parts.push([Math.max(first, 0xe000), last]);
  return parts;
}

/** @param length of both in UTF-8 */
function split(first: number, last: number, length: number): readonly (readonly CodeRange[])[] {
  for (let bits = 6 * (length - 1); bits > 0; bits -= 6) {
    const mask = 2 ** bits - 1;
    if (first >> bits === last >> bits) continue;
    // Below the byte that differs the range must be all that there is.
    if ((first & mask) !== 0)
      return [...split(first, first | mask, length), ...split((first | mask) + 1, last, length)];
    if ((last & mask) !== mask)
      return [...split(first, (last & ~mask) - 1, length), ...split(last & ~mask, last, length)];
  }
  const [low, high] = [encode(first, length), encode(last, length)];
  return [low.map((byte, index) => [byte, high[index] ?? byte] as const)];
}

function encode(code: number, length: number): readonly number[] {
  if (length === 1) return [code];
  const lead = [0, 0, 0xc0, 0xe0, 0xf0][length] ?? 0;
  return Array.from({ length }, (_, index) => {
    const bits = code >> (6 * (length - 1 - index));
    return index === 0 ? lead | bits : 0x80 | (bits & 0x3f);
  });
}

/** Characters of two columns: CJK, full-width forms, emoji. A false positive only wraps a line earlier. */
const WIDE =
  /[\u1100-\u115F\u2329\u232A\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|[\u{16FE0}-\u{1B2FF}\u{1F000}-\u{3FFFF}]/u;

/**
 * Upper bound for the width of a printable text in terminal columns; a tab counts as eight. Deliberately not
 * string-width: it counts a grapheme cluster once, where many terminals draw each character, and untrusted text
 * could then reach the next line of the terminal.
 */
export function columnsOf(text: string): number {
  let sum = 0;
  for (const character of text) sum += width(character);
  return sum;
}

function width(character: string): number {
  if (character <= '\u007E') return character === '\t' ? 8 : 1;
  if (/\p{M}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Splits a text into pieces of at most `width` columns. */
export function splitAtColumn(text: string, columns: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of text) {
    const needed = width(character);
    if (used + needed > columns && piece !== '') {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += needed;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

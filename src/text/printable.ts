/**
 * What a terminal does not simply draw: controls (C0, DEL, C1), format characters and whatever else is invisible by
 * default (bidirectional overrides, zero widths, tags), line and paragraph separators, lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** A mark above two others reaches into the lines around it. */
const STACKED = /(?<=\p{M}\p{M})\p{M}/gu;

/**
 * Text that came from elsewhere, safe to print: one line of visible characters. What was taken out is shown, as cat(1)
 * shows it with `-v`: `^[` for ESC, `^J` for a newline; and `\u{202e}` where there is no such name.
 * @param kept controls that mean something in this place, such as `\t` in a line of a file
 */
export function printable(text: string, kept = ''): string {
  return text
    .replaceAll(UNPRINTABLE, (character) => (kept.includes(character) ? character : visible(character)))
    .replaceAll(STACKED, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`;
  return String.raw`\u{${code.toString(16)}}`;
}

/** What JSON.stringify leaves as it is, and a terminal obeys. */
const RAW_IN_JSON = /[\u007F-\u009F]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * JSON on one line that can be shown on a terminal. It holds the same value: what cannot be printed is escaped.
 * @param shown what becomes of each string in it
 */
export function printableJson(value: unknown, shown: (text: string) => string = (text) => text): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? shown(one) : one)).replaceAll(
    RAW_IN_JSON,
    (character) =>
      [...Array(character.length).keys()]
        .map((index) => String.raw`\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}

/**
 * Characters that a terminal does not draw: controls (C0, DEL, C1), format characters and others invisible by
 * default (bidirectional overrides, zero widths, tags), line and paragraph separators, lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** More than two combining marks overlap adjacent lines. */
const STACKED = /(?<=\p{M}\p{M})\p{M}/gu;

/**
 * Untrusted text made safe to print: one line of visible characters. Others are shown as by cat(1)
 * with `-v`: `^[` for ESC, `^J` for a newline; and `\u{202e}` where that has no name.
 * @param kept controls to preserve, such as `\t` in a line of a file
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

/** Characters that JSON.stringify does not escape and a terminal interprets. */
const RAW_IN_JSON = /[\u007F-\u009F]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * JSON on one line, safe to show on a terminal: unprintable characters are escaped.
 * @param shown applied to each string
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

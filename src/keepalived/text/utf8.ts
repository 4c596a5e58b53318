/** UTF-8 and hex by hand: the runtime that is pushed to a director has neither TextEncoder nor Buffer. */

/** So many arguments any engine takes. */
const LONGEST_RUN = 1024;

export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return encodeAny(text);
    bytes[index] = code;
  }
  return bytes;
}

/** A character for each byte. To spread them as arguments takes QuickJS four times as long. @param bytes some thousands at most */
export function characters(bytes: Uint8Array): string {
  return String(Reflect.apply(String.fromCharCode, undefined, bytes));
}

/** Bytes that are no UTF-8 become U+FFFD, one each; it never throws. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let offset = 0;
  while (offset < bytes.length) {
    const end = endOfAscii(bytes, offset);
    if (end > offset) {
      // All text but that of a few names is ASCII, and this is one step of the engine's for a whole run of it.
      text += characters(bytes.subarray(offset, end));
      offset = end;
      continue;
    }
    const { code, length } = decodeCharacter(bytes, offset);
    text += String.fromCodePoint(code);
    offset += length;
  }
  return text;
}

/** Where a run of ASCII ends, or where there is enough of it for one call. */
function endOfAscii(bytes: Uint8Array, start: number): number {
  const last = Math.min(bytes.length, start + LONGEST_RUN);
  let end = start;
  while (end < last && (bytes[end] ?? 0) < 0x80) end++;
  return end;
}

function decodeCharacter(bytes: Uint8Array, offset: number): { readonly code: number; readonly length: number } {
  const first = bytes[offset] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const rest = bytes.subarray(offset + 1, offset + length);
  let code = first & (0xff >> (length + 1));
  for (const byte of rest) code = (code << 6) | (byte & 63);
  const smallest = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
  const good =
    first >= 0xc2 &&
    first <= 0xf4 &&
    rest.length === length - 1 &&
    rest.every((byte) => (byte & 0xc0) === 0x80) &&
    code >= smallest &&
    code <= 0x10ffff &&
    (code & 0xfffff800) !== 0xd800;
  return good ? { code, length } : { code: 0xfffd, length: 1 };
}

function encodeAny(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}

/** Up to the first zero byte, as the kernel writes names. */
export function decodeName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Undefined when the text is no hex. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

/**
 * IP addresses. In the model an address is its canonical text (dotted quad; RFC 5952 for IPv6), so that two are the
 * same when their texts are; on the wire it is 4 or 16 bytes.
 */
export type Family = 'ipv4' | 'ipv6';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LETTER_A = 0x61;
const LETTER_F = 0x66;

/** Undefined when the text is no address. IPv6 may end in a dotted quad; a zone (%eth0) is not taken. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

/** 4 or 16 bytes to canonical text. @throws RangeError for any other length: a mistake of the caller */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
  const words = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
    return `::ffff:${bytes.subarray(12).join('.')}`;
  const text = words.map((word) => word.toString(16));
  const { start, length } = longestZeros(words);
  if (length < 2) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}

/** The canonical text of an address; undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const bytes = parseAddress(text);
  return bytes === undefined ? undefined : formatAddress(bytes);
}

/** Of an address that is known to be one. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Of an address that is known to be one. @throws RangeError when it is none: a mistake of the caller */
export function addressBytes(address: string): Uint8Array {
  const bytes = parseAddress(address);
  if (bytes === undefined) throw new RangeError(`${address} is no address`);
  return bytes;
}

/** Below 0 when the first is the lower one, byte by byte: the order of RFC 9568 §6.4.3 between equal priorities. */
export function compareAddresses(a: string, b: string): number {
  const [left, right] = [addressBytes(a), addressBytes(b)];
  for (const [index, byte] of left.entries()) {
    const difference = byte - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** By hand: adverts bring addresses hundreds of times a second, and the static runtime is slow at splitting and matching. */
function parseIPv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (digits === 0 || part === 4) return undefined;
      bytes[part++] = value;
      digits = 0;
      value = 0;
      continue;
    }
    value = value * 10 + code - ZERO;
    digits++;
    if (code < ZERO || code > NINE || digits > 3 || value > 255) return undefined;
  }
  return part === 4 ? bytes : undefined;
}

/** By hand as well. */
function parseIPv6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  let length = 0;
  /** How many bytes are before the `::`. */
  let gap = text.startsWith('::') ? 0 : -1;
  let index = gap < 0 ? 0 : 2;
  while (index < text.length) {
    const start = index;
    let value = 0;
    for (let digit = hexDigit(text, index); digit >= 0; digit = hexDigit(text, index)) {
      value = value * 16 + digit;
      index++;
    }
    if (text.charCodeAt(index) === DOT) {
      const quad = length > 12 ? undefined : parseIPv4(text.slice(start));
      if (quad === undefined) return undefined;
      bytes.set(quad, length);
      length += 4;
      break;
    }
    if (index === start || index > start + 4 || length > 14) return undefined;
    bytes[length++] = value >> 8;
    bytes[length++] = value & 255;
    if (index === text.length) break;
    if (text.charCodeAt(index++) !== COLON || index === text.length) return undefined;
    if (text.charCodeAt(index) !== COLON) continue;
    if (gap >= 0) return undefined;
    gap = length;
    index++;
  }
  if (gap < 0) return length === 16 ? bytes : undefined;
  if (length > 14) return undefined;
  const end = 16 - (length - gap);
  bytes.copyWithin(end, gap, length);
  return bytes.fill(0, gap, end);
}

/** -1 when there is none. */
function hexDigit(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code >= ZERO && code <= NINE) return code - ZERO;
  // The bit that distinguishes lower case from upper case.
  const lower = code | 0x20;
  return lower >= LETTER_A && lower <= LETTER_F ? lower - LETTER_A + 10 : -1;
}

/** RFC 5952 §4.2.3: the longest run of zero words is shortened, the first of several. */
function longestZeros(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** Of a canonical text: 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291 §2.7). */
export function isMulticast(address: string): boolean {
  return address.includes(':') ? address.startsWith('ff') : /^2(?:2[4-9]|3\d)\./.test(address);
}

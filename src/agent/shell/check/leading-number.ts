import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';

/** The integer at the start of a text, after whitespace, or undefined. */
export function leadingNumber(bytes: Uint8Array): number | undefined {
  const digits = /^\s*(?<number>[+-]?\d{1,15})/.exec(decodeUtf8(bytes))?.groups?.['number'];
  return digits === undefined ? undefined : Number(digits);
}

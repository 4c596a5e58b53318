import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';

/** The whole number that a text begins with, after white space; undefined when it begins with none. */
export function leadingNumber(bytes: Uint8Array): number | undefined {
  const digits = /^\s*(?<number>[+-]?\d{1,15})/.exec(decodeUtf8(bytes))?.groups?.['number'];
  return digits === undefined ? undefined : Number(digits);
}

import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';

/** Hex in groups of four bytes, the alignment of netlink. */
export function words(bytes: Uint8Array): string {
  return (
    toHex(bytes)
      .match(/.{1,8}/g)
      ?.join(' ') ?? ''
  );
}

/** Parses hex with any whitespace. */
export function fromWords(text: string): Uint8Array {
  const bytes = fromHex(text.replaceAll(/\s/g, ''));
  if (bytes === undefined) throw new Error(`invalid hex: ${text}`);
  return bytes;
}

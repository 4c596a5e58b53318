import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';

/** Bytes as hex in groups of four, as everything in netlink is aligned. */
export function words(bytes: Uint8Array): string {
  return (
    toHex(bytes)
      .match(/.{1,8}/g)
      ?.join(' ') ?? ''
  );
}

/** Hex, with spaces and line breaks where they please. */
export function fromWords(text: string): Uint8Array {
  const bytes = fromHex(text.replaceAll(/\s/g, ''));
  if (bytes === undefined) throw new Error(`no hex: ${text}`);
  return bytes;
}

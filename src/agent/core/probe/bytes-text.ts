import { characters } from '../../../keepalived/text/utf8.ts';

/** A character for each byte, as headers of HTTP are read: much cheaper than UTF-8 where every byte is a step. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= 4096) return characters(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += characters(bytes.subarray(at, at + 4096));
  return text;
}

import { toHex } from '../text/utf8.ts';
import type { Word } from '../language/mapped-text.ts';
import type { UdpCheck } from '../model-check.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';

/** What a UDP_CHECK sends and what it wants back. */
export function udpOf(fields: Fields, say: Reporter): UdpCheck {
  const payload = fields.words('payload');
  const reply = fields.words('require_reply');
  const min_reply_length = fields.number('min_reply_length') ?? 0;
  const max_reply_length = fields.number('max_reply_length') ?? 255;
  if (min_reply_length > max_reply_length)
    say.error(fields.position('min_reply_length'), 'min_reply_length is above max_reply_length');
  const expected = reply === undefined || reply.length === 0 ? undefined : hexOf(reply, true, say);
  return {
    payload: payload === undefined ? new Uint8Array() : (hexOf(payload, false, say)?.bytes ?? new Uint8Array()),
    require_reply:
      expected === undefined
        ? reply === undefined
          ? undefined
          : 'any'
        : { expected: expected.bytes, mask: expected.mask },
    min_reply_length,
    max_reply_length,
  };
}

/** Pairs of hex digits; a single one before a space is a byte of its own. `X` is a digit that may be any. */
function hexOf(
  words: readonly Word[],
  wild: boolean,
  say: Reporter,
): { readonly bytes: Uint8Array; readonly mask: Uint8Array | undefined } | undefined {
  const bytes: number[] = [];
  const mask: number[] = [];
  for (const { text, position } of words) {
    if (!(wild ? /^[0-9a-fx\s]*$/i : /^[0-9a-f\s]*$/i).test(text)) {
      say.error(position, `hex digits${wild ? ', and X for any,' : ''} are wanted here`);
      return undefined;
    }
    for (const pair of text.match(/[0-9a-fx]{1,2}/gi) ?? []) {
      const full = pair.padStart(2, '0');
      bytes.push(Number.parseInt(full.replaceAll(/x/gi, '0'), 16));
      mask.push(Number.parseInt(full.replaceAll(/[^x]/gi, 'f').replaceAll(/x/gi, '0'), 16));
    }
  }
  const [first] = words;
  if (first !== undefined && bytes.length === 0) say.error(first.position, 'hex digits are wanted here');
  const all = Uint8Array.from(mask);
  return { bytes: Uint8Array.from(bytes), mask: /^(?:ff)*$/.test(toHex(all)) ? undefined : all };
}

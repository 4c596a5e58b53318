import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeyring } from '../../../src/secrets/cipher.ts';
import { openText, sealText } from '../../../src/secrets/plain-text.ts';

const ring = openKeyring('a key for tests');

// Written by the release that introduced v1: later ones must read it.
const V1 = 'lvsctl-secret:v1:aLULCYjL6FUUy0TO6-kQmXk71UY1Ggqkf6VfTmHGRS9ha6uGfxR1oBOkssZGEBaahmOmwujx4DKOGSWcE4u8eTRf';

describe('an encrypted value', () => {
  it('is one word that differs each time, and is decrypted with the same key', async () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'ä', 'x'.repeat(10_000)));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const [one, other] = [await ring.encrypt(text), await ring.encrypt(text)];
        expect(one).toMatch(/^lvsctl-secret:v1:[\w-]+$/);
        expect(one).not.toBe(other);
        expect(await ring.decrypt(one)).toEqual({ status: 'decrypted', text: Buffer.from(text).toString() });
      }),
      { numRuns: 30 },
    );
  });

  it('is read by another run with the same key, and by no other key', async () => {
    const token = await ring.encrypt('a');
    expect(await openKeyring('a key for tests').decrypt(token)).toEqual({ status: 'decrypted', text: 'a' });
    expect(await openKeyring('another key').decrypt(token)).toEqual({ status: 'refused' });
  });

  it('is refused when any of it was changed', async () => {
    const token = await ring.encrypt('secret');
    const bytes = Buffer.from(token.slice('lvsctl-secret:v1:'.length), 'base64url');
    // One of the salt costs a derivation; nonce, tag and text are covered byte for byte.
    for (const at of [0, ...Array.from({ length: bytes.length - 16 }, (_, index) => index + 16)]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      expect(await ring.decrypt(`lvsctl-secret:v1:${changed.toString('base64url')}`)).toEqual({ status: 'refused' });
    }
  });

  it.each(['', 'x', 'lvsctl-secret:v1:', 'lvsctl-secret:v1:AAAA', 'lvsctl-secret:v2:AAAA', 'lvsctl-secret:v1:%%%%'])(
    'is malformed: %s',
    async (token) => {
      expect(await ring.decrypt(token)).toEqual({ status: 'malformed' });
    },
  );

  it('of the first release is still read', async () => {
    expect(await ring.decrypt(V1)).toEqual({ status: 'decrypted', text: 'from the first release' });
  });
});

describe('a file that is edited', () => {
  it('keeps all but the values that were changed', async () => {
    const [a, b] = [await ring.encrypt('va"l\n1'), await ring.encrypt('val2')];
    const text = `x: {encrypted: ${a}} # why\ny: {encrypted: "${b}"}\nz: {encrypted: ${a}}\n`;
    const opened = await openText(text, ring);
    if (!('text' in opened)) throw new Error('not decrypted');
    expect(opened.text).toBe(
      'x: {encrypted: lvsctl-plain:"va\\"l\\n1"} # why\ny: {encrypted: "lvsctl-plain:"val2""}\nz: {encrypted: lvsctl-plain:"va\\"l\\n1"}\n',
    );
    expect(await sealText(opened.text, ring, opened.values)).toEqual({ text, count: 2 });
    const sealed = await sealText(opened.text.replace('val2', 'other'), ring, opened.values);
    if (!('text' in sealed)) throw new Error('not encrypted');
    expect(sealed.text).not.toContain(b);
    expect(sealed.text.split(a)).toHaveLength(3);
    const again = await openText(sealed.text, ring);
    expect('text' in again && again.text).toContain('lvsctl-plain:"other"');
  });

  it('names each line that cannot be converted', async () => {
    const text = `a: ${await openKeyring('another').encrypt('x')}\nb: lvsctl-secret:v1:AAAA\n`;
    expect(await openText(text, ring)).toEqual({
      problems: [
        { line: 1, why: 'refused' },
        { line: 2, why: 'malformed' },
      ],
    });
    expect(await sealText('a: 1\nb: lvsctl-plain:"\\x"\n', ring)).toEqual({ problems: [{ line: 2, why: 'not JSON' }] });
    expect(await sealText('a: lvsctl-plain:secret', ring)).toEqual({ problems: [{ line: 1, why: 'not JSON' }] });
  });
});

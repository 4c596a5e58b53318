import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { encodeUtf8, toHex } from '../../../../src/keepalived/text/utf8.ts';
import { MD5_START, md5Add, md5End } from '../../../../src/agent/core/probe/http-body.ts';

/** RFC 1321, appendix A.5. */
const VECTORS = [
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    '57edf4a22be3c955ac49da2e2107b67a',
  ],
] as const;

it.for(VECTORS)('MD5 of "%s" is %s', ([text, digest]) => {
  expect(toHex(md5End(md5Add(MD5_START, encodeUtf8(text))))).toBe(digest);
});

it('computes the same digest however the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
      const expected = createHash('md5').update(Buffer.concat(parts)).digest('hex');
      expect(toHex(md5End(parts.reduce(md5Add, MD5_START)))).toBe(expected);
    }),
  );
});

it('does not mutate an earlier sum', () => {
  const before = md5Add(MD5_START, encodeUtf8('ab'));
  md5Add(before, encodeUtf8('x'));
  expect(toHex(md5End(md5Add(before, encodeUtf8('c'))))).toBe('900150983cd24fb0d6963f7d28e17f72');
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../src/agent/core/bytes/byte-reader.ts';
import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { decodeName, decodeUtf8, encodeUtf8, fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import { concat, equalBytes, u16be, u16le, u32be, u32le, u64le, u8 } from '../../../../src/agent/core/bytes/write.ts';

describe('ByteReader', () => {
  it('reads numbers in both byte orders', () => {
    const reader = new ByteReader(
      concat([
        u8(0xfe),
        u16be(0xfedc),
        u32be(0xfedcba98),
        u16le(0xfedc),
        u32le(0xfedcba98),
        u32le(-3),
        u64le(0xfedcba9876543210n),
      ]),
    );
    expect([
      reader.u8(),
      reader.u16(),
      reader.u32(),
      reader.u16le(),
      reader.u32le(),
      reader.i32le(),
      reader.u64le(),
    ]).toEqual([0xfe, 0xfedc, 0xfedcba98, 0xfedc, 0xfedcba98, -3, 0xfedcba9876543210n]);
    expect({ left: reader.left, failed: reader.failed }).toEqual({ left: 0, failed: false });
  });

  it('stays failed after reading past the end', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    reader.u16();
    expect(reader.u32()).toBe(0);
    expect({ failed: reader.failed, next: reader.u8(), rest: reader.take(1).length }).toEqual({
      failed: true,
      next: 0,
      rest: 0,
    });
  });

  it('fails on a negative length', () => {
    const reader = new ByteReader(Uint8Array.of(1));
    reader.skip(-1);
    expect(reader.failed).toBe(true);
  });
});

describe('UTF-8', () => {
  it('is encoded as by Node', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toHex(encodeUtf8(text))).toBe(Buffer.from(text, 'utf8').toString('hex'));
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
  });

  it('has invalid bytes replaced', () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x62, 0xe2, 0x82))).toBe(
      `a${'\ufffd'.repeat(6)}b${'\ufffd'.repeat(2)}`,
    );
  });

  it('decodes any bytes without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => typeof decodeUtf8(bytes) === 'string'));
  });

  it('ends names at the NUL byte', () => {
    expect(decodeName(Uint8Array.of(0x65, 0x74, 0x68, 0x30, 0, 0x78))).toBe('eth0');
    expect(decodeName(Uint8Array.of(0x6c, 0x6f))).toBe('lo');
  });

  it('converts hex both ways and rejects invalid hex', () => {
    expect(fromHex(toHex(Uint8Array.of(0, 15, 255)))).toEqual(Uint8Array.of(0, 15, 255));
    expect([fromHex('0'), fromHex('0g'), fromHex('0 0')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the Internet checksum', () => {
  it('matches the example in RFC 1071 §3', () => {
    // The RFC gives the sum, ddf2; the checksum is its complement.
    expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0x220d);
  });

  it('is 0 for a message with its checksum, in one part or several', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2, maxLength: 1500 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (body, head) => {
          const sum = u16be(internetChecksum(head, Uint8Array.of(0, 0), body));
          expect(internetChecksum(head, sum, body)).toBe(0);
          expect(internetChecksum(concat([head, sum, body]))).toBe(0);
        },
      ),
    );
  });
});

it('compares bytes', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
});

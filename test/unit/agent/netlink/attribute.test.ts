import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/agent/core/bytes/write.ts';
import {
  attribute,
  attributeName,
  attributeU16,
  attributeU16be,
  attributeU32,
  attributeU8,
  Attributes,
  nested,
} from '../../../../src/agent/core/netlink/attribute.ts';
import { fromWords, words } from './words.ts';

describe('attributes', () => {
  it.each([
    [attributeU8(1, 0xab), '05000100 ab000000'],
    [attributeU16(2, 0x1234), '06000200 34120000'],
    [attributeU16be(3, 0x1234), '06000300 12340000'],
    [attributeU32(4, 0x12345678), '08000400 78563412'],
    [attributeU32(4, -1), '08000400 ffffffff'],
    [attributeName(5, 'eth0'), '09000500 65746830 00000000'],
    [nested(6, [attributeU8(1, 1)]), '0c000680 05000100 01000000'],
    [nested(6, []), '04000680'],
  ])('are padded to four bytes, which their length excludes (%#)', (bytes, expected) => {
    expect(words(bytes)).toBe(expected);
  });

  it('throw if too long for a 16-bit length', () => {
    expect(() => attribute(1, new Uint8Array(0xfffc))).toThrow(RangeError);
    expect(attribute(1, new Uint8Array(0xfffb)).length).toBe(0x10000);
  });

  it('are read by type, and undefined if absent', () => {
    const read = new Attributes(
      concat([attributeU32(4, 0xfffffffe), attributeName(5, 'eth0'), nested(6, [attributeU16be(1, 80)])]),
    );
    expect([read.u32(4), read.i32(4), read.name(5), read.nested(6)?.u16be(1)]).toEqual([0xfffffffe, -2, 'eth0', 80]);
    expect([read.u8(1), read.u16(1), read.u64(1), read.name(1), read.bytes(1), read.nested(1)]).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
    expect(read.failed).toBe(false);
  });

  it('with duplicate types read as the last one, as in the kernel', () => {
    expect(new Attributes(concat([attributeU8(1, 7), attributeU8(1, 8)])).u8(1)).toBe(8);
  });

  it('ignore the nested and byte order bits of the type', () => {
    expect(new Attributes(fromWords('060003c0 00500000')).u16be(3)).toBe(80);
  });

  it('accept missing padding at the end', () => {
    const read = new Attributes(fromWords('05000100 07'));
    expect([read.u8(1), read.failed]).toEqual([7, false]);
  });

  it.each([
    ['a length of zero', '00000100 00000000'],
    ['a length below the header size', '03000100 00000000'],
    ['a length past the end', '09000100 00000000'],
    ['a truncated header', '040001'],
  ])('fail on %s', (_, hex) => {
    const read = new Attributes(concat([attributeU8(9, 1), fromWords(hex)]));
    expect([read.failed, read.u8(9), read.u32(1)]).toEqual([true, 1, undefined]);
  });

  it('stay failed after reading one that is too short', () => {
    const read = new Attributes(attributeU16(1, 7));
    expect([read.u32(1), read.failed, read.u16(1), read.failed]).toEqual([undefined, true, 7, true]);
  });

  it('fail with a nested one', () => {
    const read = new Attributes(nested(1, [nested(2, [attributeU8(3, 1)])]));
    expect(read.nested(1)?.nested(2)?.u32(3)).toBeUndefined();
    expect(read.failed).toBe(true);
  });

  it('neither throw nor hang on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (noise, type) => {
        const read = new Attributes(noise);
        for (const one of [read, read.nested(type)]) {
          expect([one?.u8(type), one?.u32(type), one?.u64(type), one?.name(type)]).toHaveLength(4);
          expect(one?.bytes(type)?.length ?? 0).toBeLessThanOrEqual(noise.length);
        }
      }),
    );
  });
});

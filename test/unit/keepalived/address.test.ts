import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  canonicalAddress,
  compareAddresses,
  formatAddress,
  parseAddress,
} from '../../../src/keepalived/text/address.ts';

describe('the canonical text of an address', () => {
  it.each([
    ['192.168.168.12', '192.168.168.12'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s (RFC 5952)', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '1.2.3.x',
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::g',
    'fe80::1%eth0',
    '1.2.3.4::',
    '1:2:3:4:5:6:7::8',
  ])('%j is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('restores every 16-byte address from its text', () => {
    // Many zeros, so that `::` has something to do.
    const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), (bytes) => {
        const text = formatAddress(Uint8Array.from(bytes));
        expect(isIP(text)).toBe(6);
        expect([...addressBytes(text)]).toEqual(bytes);
      }),
    );
  });

  it('accepts the same addresses as Node', () => {
    const piece = fc.constantFrom(':', '::', '.', '0', '1', 'f', 'ffff', '255', '256', '10.0.0.1', 'g');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        // Node refuses leading zeros in a dotted quad and inet_pton too; keepalived's resolver does not come into it.
        fc.pre(!/(?:^|[.:])0\d+\./.test(text) && !/\.0\d/.test(text));
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2000 },
    );
  });
});

it('orders addresses as numbers, not as text', () => {
  expect(compareAddresses('10.0.0.9', '10.0.0.10')).toBeLessThan(0);
  expect(compareAddresses('fe80::a', 'fe80::9')).toBeGreaterThan(0);
  expect(compareAddresses('10.0.0.1', '10.0.0.1')).toBe(0);
});

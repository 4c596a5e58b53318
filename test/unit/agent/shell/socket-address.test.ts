import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress } from '../../../../src/agent/core/bytes/address.ts';
import { toHex } from '../../../../src/agent/core/bytes/text.ts';
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type SocketAddress,
} from '../../../../src/agent/shell/socket-address.ts';

const layouts: readonly (readonly [string, SocketAddress, string])[] = [
  [
    'sockaddr_in has 16 bytes, port and address in network order',
    { kind: 'ip', address: '192.0.2.1', port: 443, scope: 0 },
    '020001bbc00002010000000000000000',
  ],
  [
    'sockaddr_in6 has 28 bytes and ends in the scope',
    { kind: 'ip', address: 'fe80::1', port: 80, scope: 3 },
    '0a00005000000000fe80000000000000000000000000000103000000',
  ],
  ['sockaddr_un ends in a zero byte', { kind: 'unix', path: '/a' }, '01002f6100'],
  ['sockaddr_nl', { kind: 'netlink', pid: 0, groups: 17 }, '100000000000000011000000'],
  [
    'sockaddr_ll has its protocol in network order',
    { kind: 'packet', protocol: 0x0806, index: 2, mac: Uint8Array.of(2, 0, 0, 0, 0, 9) },
    '1100080602000000000000060200000000090000',
  ],
];

test.each(layouts)('%s', (_, address, hex) => {
  expect(toHex(encodeSocketAddress(address))).toBe(hex);
});

test('what is encoded is decoded', () => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  const port = fc.integer({ min: 0, max: 65535 });
  const number = fc.integer({ min: 0, max: 0xffffffff });
  const address: fc.Arbitrary<SocketAddress> = fc.oneof(
    fc.record({ kind: fc.constant('ip'), address: bytes(4).map(formatAddress), port, scope: fc.constant(0) }),
    fc.record({ kind: fc.constant('ip'), address: bytes(16).map(formatAddress), port, scope: number }),
    fc.record({ kind: fc.constant('unix'), path: fc.stringMatching(/^\/[a-zé/.]{1,80}$/) }),
    fc.record({ kind: fc.constant('netlink'), pid: number, groups: number }),
    fc.record({
      kind: fc.constant('packet'),
      protocol: port,
      index: number,
      mac: fc.uint8Array({ maxLength: 8 }),
    }),
  );
  fc.assert(
    fc.property(address, (value) => {
      expect(decodeSocketAddress(encodeSocketAddress(value))).toEqual(value);
    }),
  );
});

test('too few bytes, or a family that is unknown, is no address', () => {
  const whole = encodeSocketAddress({ kind: 'ip', address: '2001:db8::1', port: 1, scope: 0 });
  for (let length = 0; length < whole.length; length++)
    expect(decodeSocketAddress(whole.subarray(0, length))).toBeUndefined();
  expect(decodeSocketAddress(Uint8Array.of(200, 0, 1, 2, 3, 4))).toBeUndefined();
});

import { expect, test } from 'vitest';
import { toHex } from '../../../../src/keepalived/text/utf8.ts';
import { encodeSocketAddress, type SocketAddress } from '../../../../src/agent/shell/net/socket-address.ts';

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
  ['sockaddr_un of an abstract name begins with a zero byte', { kind: 'abstract', name: 'a' }, '01000061'],
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

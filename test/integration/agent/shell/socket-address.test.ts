import { expect, it } from 'vitest';
import { toHex } from '../../../../src/keepalived/text/utf8.ts';
import { encodeSocketAddress, type SocketAddress } from '../../../../src/agent/shell/net/socket-address.ts';

const layouts: readonly (readonly [string, SocketAddress, string])[] = [
  [
    'encodes sockaddr_in in 16 bytes in network byte order',
    { kind: 'ip', address: '192.0.2.1', port: 443, scope: 0 },
    '020001bbc00002010000000000000000',
  ],
  [
    'encodes sockaddr_in6 in 28 bytes with the scope last',
    { kind: 'ip', address: 'fe80::1', port: 80, scope: 3 },
    '0a00005000000000fe80000000000000000000000000000103000000',
  ],
  ['encodes sockaddr_un with a trailing NUL', { kind: 'unix', path: '/a' }, '01002f6100'],
  ['encodes sockaddr_un with a leading NUL for an abstract name', { kind: 'abstract', name: 'a' }, '01000061'],
  ['encodes sockaddr_nl', { kind: 'netlink', pid: 0, groups: 17 }, '100000000000000011000000'],
  [
    'encodes sockaddr_ll with the protocol in network byte order',
    { kind: 'packet', protocol: 0x0806, index: 2, mac: Uint8Array.of(2, 0, 0, 0, 0, 9) },
    '1100080602000000000000060200000000090000',
  ],
];

it.each(layouts)('%s', (_, address, hex) => {
  expect(toHex(encodeSocketAddress(address))).toBe(hex);
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../../src/keepalived/text/address.ts';
import { encodeUtf8, fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import { concat } from '../../../../src/agent/core/bytes/write.ts';
import {
  type Advert,
  type Path,
  decodeAdvert,
  encodeAdvert,
  packAddresses,
} from '../../../../src/agent/core/vrrp/packet.ts';

const IPV4: Path = { family: 'ipv4', source: '10.9.0.1', destination: '224.0.0.18' };
const IPV6: Path = { family: 'ipv6', source: 'fe80::4003:c6ff:fece:c1ba', destination: 'ff02::12' };
const NO_AUTH = { authType: 0, authData: undefined };

/** Captured packets, without the IP header. */
const SEEN: readonly {
  readonly name: string;
  readonly path: Path;
  readonly hex: string;
  readonly advert: Advert;
}[] = [
  {
    name: 'keepalived 2.2.7, version 2 with PASS, cut at eight bytes',
    path: IPV4,
    hex: '213364020101b13f0a0900640a0900656c6f6e6765727365',
    advert: {
      version: 2,
      vrid: 51,
      priority: 100,
      interval: 1000,
      addresses: packAddresses(['10.9.0.100', '10.9.0.101']),
      authType: 1,
      authData: encodeUtf8('longerse'),
    },
  },
  {
    name: 'keepalived 2.2.7, version 3 over IPv4, with a pseudo-header',
    path: IPV4,
    hex: '3135fe010019dba60a090067',
    advert: {
      version: 3,
      vrid: 53,
      priority: 254,
      interval: 250,
      addresses: packAddresses(['10.9.0.103']),
      ...NO_AUTH,
    },
  },
  {
    name: 'keepalived 2.2.7, version 3 over IPv6',
    path: IPV6,
    hex: '31389602003245f2fe80000000000000000000000000005620010db8000000000000000000000056',
    advert: {
      version: 3,
      vrid: 56,
      priority: 150,
      interval: 500,
      addresses: packAddresses(['fe80::56', '2001:db8::56']),
      ...NO_AUTH,
    },
  },
  {
    name: 'FRR 8.4, version 3 over IPv4, with a pseudo-header',
    path: { ...IPV4, source: '10.9.0.2' },
    hex: '313c64010032754d0a0900a0',
    advert: {
      version: 3,
      vrid: 60,
      priority: 100,
      interval: 500,
      addresses: packAddresses(['10.9.0.160']),
      ...NO_AUTH,
    },
  },
  {
    name: 'FRR 8.4, version 3 over IPv6',
    path: { ...IPV6, source: 'fe80::60' },
    hex: '313c640100326d31fe800000000000000000000000000060',
    advert: { version: 3, vrid: 60, priority: 100, interval: 500, addresses: packAddresses(['fe80::60']), ...NO_AUTH },
  },
];

describe('an advert of', () => {
  it.each(SEEN)('$name is encoded byte for byte', ({ path, hex, advert }) => {
    expect(toHex(encodeAdvert(advert, path))).toBe(hex);
  });

  it.each(SEEN)('$name is decoded', ({ path, hex, advert }) => {
    expect(decodeAdvert(fromHex(hex) ?? new Uint8Array(0), path)).toEqual({ kind: 'advert', advert });
  });
});

const byte = fc.nat(255);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address4 = bytes(4).map(formatAddress);
const address6 = bytes(16).map(formatAddress);
const path4 = fc.record({ family: fc.constant('ipv4' as const), source: address4, destination: address4 });
const path6 = fc.record({ family: fc.constant('ipv6' as const), source: address6, destination: address6 });
const common = { vrid: byte, priority: byte };

const advert2 = fc.record({
  version: fc.constant(2 as const),
  ...common,
  interval: byte.map((seconds) => seconds * 1000),
  addresses: fc.array(bytes(4), { maxLength: 255 }).map(concat),
  authType: byte,
  authData: bytes(8),
});
const advert3 = (size: 4 | 16) =>
  fc.record({
    version: fc.constant(3 as const),
    ...common,
    interval: fc.nat(4095).map((centiseconds) => centiseconds * 10),
    addresses: fc.array(bytes(size), { maxLength: 255 }).map(concat),
    authType: fc.constant(0),
    authData: fc.constant(undefined),
  });

describe('decoding inverts encoding', () => {
  it.each([
    ['version 2', fc.tuple(advert2, path4)],
    ['version 3 over IPv4', fc.tuple(advert3(4), path4)],
    ['version 3 over IPv6', fc.tuple(advert3(16), path6)],
  ] as const)('%s', (_, cases) => {
    fc.assert(
      fc.property(cases, fc.boolean(), ([advert, path], pseudo) => {
        expect(decodeAdvert(encodeAdvert(advert, path, pseudo), path)).toEqual({ kind: 'advert', advert });
      }),
    );
  });
});

it('rejects random bytes with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.oneof(path4, path6), (payload, path) => {
      const decoded = decodeAdvert(payload, path);
      expect(decoded.kind === 'advert' || ['length', 'version', 'type', 'checksum'].includes(decoded.reason)).toBe(
        true,
      );
    }),
  );
});

it('detects a flipped bit', () => {
  fc.assert(
    fc.property(fc.tuple(advert2, path4), fc.nat(), ([advert, path], seed) => {
      const payload = encodeAdvert(advert, path);
      const bit = seed % (payload.length * 8);
      payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeAdvert(payload, path).kind).toBe('refused');
    }),
  );
});

it('rejects version 3 over IPv6 with other addresses', () => {
  const payload = fromHex(SEEN[2]?.hex ?? '') ?? new Uint8Array(0);
  const other = { ...IPV6, source: 'fe80::1' };
  expect(decodeAdvert(payload, other)).toEqual({ kind: 'refused', reason: 'checksum' });
});

it('rejects version 2 over IPv6', () => {
  const payload = fromHex(SEEN[0]?.hex ?? '') ?? new Uint8Array(0);
  expect(decodeAdvert(payload, IPV6)).toEqual({ kind: 'refused', reason: 'version' });
});

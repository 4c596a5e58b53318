import { addressBytes, formatAddress, type Family } from '../bytes/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { internetChecksum } from '../bytes/checksum.ts';
import { concat, u16be, u8 } from '../bytes/write.ts';
import { pseudoHeader } from './pseudo-header.ts';

/**
 * An advertisement. The interval is milliseconds, to the second in version 2 and to 10 ms in version 3.
 *
 * Version 2 (RFC 3768 §5.1; the authentication of RFC 2338 §5.3.6 and §5.3.10), IPv4 only:
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |   Auth Type   |   Adver Int   |          Checksum             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                   IP Address (1) ... (n)                      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                 Authentication Data (8 bytes)                 |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Version 3 (RFC 9568 §5.1), IPv4 and IPv6:
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |Reserve| Max Advertise Interval|          Checksum             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                 IPvX Address (1) ... (n)                      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export interface Advert {
  readonly version: 2 | 3;
  readonly vrid: number;
  /** 0 resigns, 255 owns the addresses (RFC 9568 §5.2.4). */
  readonly priority: number;
  readonly interval: number;
  readonly addresses: readonly string[];
  /** 0 none, 1 PASS; always 0 in version 3. */
  readonly authType: number;
  /** Eight bytes; undefined in version 3. Secret. */
  readonly authData: Uint8Array | undefined;
}

/** The addresses of the IP header, which the checksum of version 3 covers. */
export interface Path {
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
}

/** Why bytes are no advertisement. */
export type Refusal = 'length' | 'version' | 'type' | 'checksum';

export type Decoded =
  { readonly kind: 'advert'; readonly advert: Advert } | { readonly kind: 'refused'; readonly reason: Refusal };

const ADVERTISEMENT = 1;
const HEADER = 8;
const AUTH_DATA = 8;
/** 12 bits of centiseconds (RFC 9568 §5.2.7). */
const LONGEST_V3 = 0xfff;

/**
 * @param pseudo whether the checksum of version 3 over IPv4 covers a pseudo-header: keepalived's and FRR's does. Over
 * IPv6 it always does (RFC 9568 §5.2.8), in version 2 never (RFC 3768 §5.3.8).
 */
export function encodeAdvert(advert: Advert, path: Path, pseudo = true): Uint8Array {
  const bytes = concat([
    Uint8Array.of((advert.version << 4) | ADVERTISEMENT, advert.vrid, advert.priority, advert.addresses.length),
    intervalField(advert),
    u16be(0),
    ...advert.addresses.map(addressBytes),
    advert.version === 2 ? (advert.authData ?? new Uint8Array(AUTH_DATA)) : new Uint8Array(0),
  ]);
  const covered = advert.version === 3 && (pseudo || path.family === 'ipv6');
  const checksum = internetChecksum(...(covered ? [pseudoHeader(path, 112, bytes.length)] : []), bytes);
  bytes.set(u16be(checksum), 6);
  return bytes;
}

/** Accepts both ways to sum version 3 over IPv4. It never throws. */
export function decodeAdvert(bytes: Uint8Array, path: Path): Decoded {
  const reader = new ByteReader(bytes);
  const [first, vrid, priority, count] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const [high, low] = [reader.u8(), reader.u8()];
  reader.skip(2);
  // RFC 9568 §7.1: the packet is at least as long as the header.
  if (reader.failed) return refused('length');
  const version = first >> 4;
  // RFC 9568 §7.1: the version is one that we speak; version 2 knows nothing of IPv6.
  if (version !== 3 && (version !== 2 || path.family === 'ipv6')) return refused('version');
  // RFC 9568 §5.2.2: an unknown type is discarded.
  if ((first & 15) !== ADVERTISEMENT) return refused('type');
  // RFC 9568 §7.1: the packet holds all addresses that it announces, and, in version 2, the authentication data.
  const size = path.family === 'ipv4' ? 4 : 16;
  if (bytes.length !== HEADER + count * size + (version === 2 ? AUTH_DATA : 0)) return refused('length');
  if (!summed(bytes, version, path)) return refused('checksum');
  const addresses = Array.from({ length: count }, () => formatAddress(reader.take(size)));
  const common = { vrid, priority, addresses };
  if (version === 3) {
    const interval = (((high & 15) << 8) | low) * 10;
    return { kind: 'advert', advert: { version, ...common, interval, authType: 0, authData: undefined } };
  }
  const authData = reader.take(AUTH_DATA).slice();
  return { kind: 'advert', advert: { version: 2, ...common, interval: low * 1000, authType: high, authData } };
}

function intervalField(advert: Advert): Uint8Array {
  if (advert.version === 3) return u16be(Math.min(LONGEST_V3, Math.round(advert.interval / 10)));
  return concat([u8(advert.authType), u8(Math.min(255, Math.round(advert.interval / 1000)))]);
}

/** RFC 9568 §5.2.8 and RFC 3768 §5.3.8; over IPv4 some leave the pseudo-header out. */
function summed(bytes: Uint8Array, version: number, path: Path): boolean {
  if (path.family === 'ipv4' && internetChecksum(bytes) === 0) return true;
  return version === 3 && internetChecksum(pseudoHeader(path, 112, bytes.length), bytes) === 0;
}

function refused(reason: Refusal): Decoded {
  return { kind: 'refused', reason };
}

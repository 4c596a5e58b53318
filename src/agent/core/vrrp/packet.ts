import { type Family, addressBytes, formatAddress } from '../../../keepalived/text/address.ts';
import { addWords, foldWords, internetChecksum } from '../bytes/checksum.ts';
import { concat, u16be, u32be, u8 } from '../bytes/write.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { VrrpInstance } from '../../../keepalived/model/vrrp.ts';

/**
 * An advertisement. The interval is in milliseconds, with a resolution of 1 s in version 2 and 10 ms in version 3.
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
  /** Concatenated as on the wire, 4 or 16 bytes each. */
  readonly addresses: Uint8Array;
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

/** Why a packet is not a valid advertisement. */
export type Refusal = 'length' | 'version' | 'type' | 'checksum';

export type Decoded =
  { readonly kind: 'advert'; readonly advert: Advert } | { readonly kind: 'refused'; readonly reason: Refusal };

const ADVERTISEMENT = 1;
const HEADER = 8;
const AUTH_DATA = 8;
/** 12 bits of centiseconds (RFC 9568 §5.2.7). */
const LONGEST_V3 = 0xfff;

/** Encodes addresses as they appear in an advert. */
export function packAddresses(addresses: readonly string[]): Uint8Array {
  return concat(addresses.map(addressBytes));
}

/** Decodes the addresses of an advert. */
export function unpackAddresses(bytes: Uint8Array, family: Family): readonly string[] {
  const size = sizeOf(family);
  return Array.from({ length: bytes.length / size }, (_, index) =>
    formatAddress(bytes.subarray(index * size, (index + 1) * size)),
  );
}

/**
 * @param pseudo whether the version 3 checksum over IPv4 covers a pseudo-header, as in keepalived and FRR. Over IPv6 it
 * always does (RFC 9568 §5.2.8), in version 2 never (RFC 3768 §5.3.8).
 */
export function encodeAdvert(advert: Advert, path: Path, pseudo = true): Uint8Array {
  const count = advert.addresses.length / sizeOf(path.family);
  const bytes = concat([
    Uint8Array.of((advert.version << 4) | ADVERTISEMENT, advert.vrid, advert.priority, count),
    intervalField(advert),
    u16be(0),
    advert.addresses,
    advert.version === 2 ? (advert.authData ?? new Uint8Array(AUTH_DATA)) : new Uint8Array(0),
  ]);
  const covered = advert.version === 3 && (pseudo || path.family === 'ipv6');
  const checksum = internetChecksum(...(covered ? [pseudoHeader(path, 112, bytes.length)] : []), bytes);
  bytes.set(u16be(checksum), 6);
  return bytes;
}

/** Accepts version 3 over IPv4 with and without pseudo-header. Never throws. `addresses` is a view into `bytes`. */
export function decodeAdvert(bytes: Uint8Array, path: Path): Decoded {
  // RFC 9568 §7.1: the packet is at least as long as the header.
  if (bytes.length < HEADER) return refused('length');
  const first = bytes[0] ?? 0;
  const version = first >> 4;
  // RFC 9568 §7.1: the version must be supported. Version 2 is IPv4 only.
  if (version !== 3 && (version !== 2 || path.family === 'ipv6')) return refused('version');
  // RFC 9568 §5.2.2: an unknown type is discarded.
  if ((first & 15) !== ADVERTISEMENT) return refused('type');
  // RFC 9568 §7.1: the packet must hold all addresses it counts and, in version 2, the authentication data.
  const end = HEADER + (bytes[3] ?? 0) * sizeOf(path.family);
  if (bytes.length !== end + (version === 2 ? AUTH_DATA : 0)) return refused('length');
  if (!summed(bytes, version, path)) return refused('checksum');
  const high = bytes[4] ?? 0;
  const low = bytes[5] ?? 0;
  return {
    kind: 'advert',
    advert: {
      version,
      vrid: bytes[1] ?? 0,
      priority: bytes[2] ?? 0,
      interval: version === 3 ? (((high & 15) << 8) | low) * 10 : low * 1000,
      addresses: bytes.subarray(HEADER, end),
      authType: version === 3 ? 0 : high,
      authData: version === 3 ? undefined : bytes.slice(end),
    },
  };
}

function sizeOf(family: Family): number {
  return family === 'ipv4' ? 4 : 16;
}

function intervalField(advert: Advert): Uint8Array {
  if (advert.version === 3) return u16be(Math.min(LONGEST_V3, Math.round(advert.interval / 10)));
  return concat([u8(advert.authType), u8(Math.min(255, Math.round(advert.interval / 1000)))]);
}

/** RFC 9568 §5.2.8 and RFC 3768 §5.3.8. Over IPv4 some implementations omit the pseudo-header. */
function summed(bytes: Uint8Array, version: number, path: Path): boolean {
  const sum = addWords(0, bytes);
  if (path.family === 'ipv4' && foldWords(sum) === 0) return true;
  return version === 3 && foldWords(addWords(sum, pseudoHeader(path, 112, bytes.length))) === 0;
}

function refused(reason: Refusal): Decoded {
  return { kind: 'refused', reason };
}

/** The eight bytes of RFC 2338 §5.3.10, truncated or zero-padded; undefined in version 3. */
export function authDataOf(conf: VrrpInstance): Uint8Array | undefined {
  if (conf.version === 3) return undefined;
  const data = new Uint8Array(8);
  if (conf.authentication?.auth_type === 'PASS') data.set(encodeUtf8(conf.authentication.auth_pass).subarray(0, 8));
  return data;
}

/** 1 for PASS in version 2 (RFC 2338 §5.3.6), otherwise 0. */
export function authTypeOf(conf: VrrpInstance): number {
  return conf.version === 2 && conf.authentication?.auth_type === 'PASS' ? 1 : 0;
}

/**
 * The pseudo-header covered by checksums: RFC 8200 §8.1 for IPv6, RFC 9293 §3.1 for IPv4.
 *
 * @param length of the message, in bytes
 */
export function pseudoHeader(
  path: { readonly family: Family; readonly source: string; readonly destination: string },
  protocol: number,
  length: number,
): Uint8Array {
  const ends = [addressBytes(path.source), addressBytes(path.destination)];
  return path.family === 'ipv4'
    ? concat([...ends, Uint8Array.of(0, protocol), u16be(length)])
    : concat([...ends, u32be(length), u32be(protocol)]);
}

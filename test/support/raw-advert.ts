import path from 'node:path';
import { addressBytes, familyOf } from '../../src/keepalived/text/address.ts';
import { internetChecksum } from '../../src/agent/core/bytes/checksum.ts';
import { concat, u16be, u32be, u8 } from '../../src/agent/core/bytes/write.ts';
import type { Segment } from './segment.ts';

/** A forged advert with arbitrary fields; the checksum is valid unless given. */
export interface RawAdvert {
  readonly version: number;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  /** seconds in v2, centiseconds in v3 */
  readonly interval: number;
  readonly authType?: number;
  readonly authData?: string;
  readonly type?: number;
  readonly checksum?: number;
  /** The address count field. */
  readonly count?: number;
  readonly ttl?: number;
}

/** Encodes it as sent from `source` to the group. Independent of the agent's codec, to detect its errors. */
export function rawAdvert(advert: RawAdvert, source: string): Uint8Array {
  const { version, vrid, priority, addresses, interval, authType = 0, authData = '', type = 1 } = advert;
  const body = (checksum: number): Uint8Array =>
    concat([
      u8((version << 4) | type),
      u8(vrid),
      u8(priority),
      u8(advert.count ?? addresses.length),
      ...(version === 2 ? [u8(authType), u8(interval)] : [u16be(interval)]),
      u16be(checksum),
      ...addresses.map(addressBytes),
      ...(version === 2 ? [Uint8Array.from(Buffer.from(authData.padEnd(8, '\0').slice(0, 8)))] : []),
    ]);
  const bare = body(0);
  const group = familyOf(source) === 'ipv4' ? '224.0.0.18' : 'ff02::12';
  const pseudo =
    familyOf(source) === 'ipv4'
      ? concat([addressBytes(source), addressBytes(group), u8(0), u8(112), u16be(bare.length)])
      : concat([addressBytes(source), addressBytes(group), u32be(bare.length), u32be(112)]);
  return body(advert.checksum ?? (version === 2 ? internetChecksum(bare) : internetChecksum(pseudo, bare)));
}

/** Sends it from a host of the segment to the group. */
export function sendAdvert(segment: Segment, host: string, advert: RawAdvert, source: string): void {
  const bytes = Buffer.from(rawAdvert(advert, source)).toString('hex');
  const script = path.join(import.meta.dirname, 'send-raw.js');
  const { status, stderr } = segment.run(
    host,
    process.execPath,
    script,
    familyOf(source),
    String(advert.ttl ?? 255),
    bytes,
  );
  if (status !== 0) throw new Error(`the advert was not sent: ${stderr}`);
}

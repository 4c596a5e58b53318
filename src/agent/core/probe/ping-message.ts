import type { Family } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { internetChecksum } from '../bytes/checksum.ts';
import { concat, equalBytes, u16be } from '../bytes/write.ts';

/** Types of ICMP (RFC 792) and ICMPv6 (RFC 4443 §4). */
const REQUEST = { ipv4: 8, ipv6: 128 } as const;
const REPLY = { ipv4: 0, ipv6: 129 } as const;

export interface Echo {
  readonly family: Family;
  readonly id: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** An echo request. The checksum of ICMPv6 is left to the kernel, which knows the source address (RFC 3542 §3.1). */
export function echoRequest({ family, id, sequence, payload }: Echo): Uint8Array {
  const head = Uint8Array.of(REQUEST[family], 0);
  const rest = concat([u16be(id), u16be(sequence), payload]);
  const sum = family === 'ipv4' ? internetChecksum(head, Uint8Array.of(0, 0), rest) : 0;
  return concat([head, u16be(sum), rest]);
}

/** Whether an ICMP message, without its IP header, replies to this request: a raw socket hears those of others too. */
export function isEchoReply(bytes: Uint8Array, { family, id, sequence, payload }: Echo): boolean {
  const reader = new ByteReader(bytes);
  const [type, code] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const same = reader.u16() === id && reader.u16() === sequence;
  return (
    !reader.failed && type === REPLY[family] && code === 0 && same && equalBytes(reader.take(reader.left), payload)
  );
}

import { addressBytes, type Family } from '../../../keepalived/text/address.ts';
import { concat, u16be, u32be } from '../bytes/write.ts';

/**
 * What a checksum covers besides the message: RFC 8200 §8.1 for IPv6, and its elder of RFC 9293 §3.1 for IPv4.
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

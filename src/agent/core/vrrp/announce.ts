import { addressBytes } from '../../../keepalived/text/address.ts';
import { internetChecksum } from '../bytes/checksum.ts';
import { concat, u16be, u32be } from '../bytes/write.ts';
import { pseudoHeader } from './packet.ts';

/** All nodes of the link (RFC 4291 §2.7.1). */
export const ALL_NODES = 'ff02::1';

/**
 * A 42-byte Ethernet frame with a gratuitous ARP request (RFC 5227 §3). Sender and target are the announced address, so
 * hosts that have it cached learn the new hardware address.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |       destination: ff:ff:ff:ff:ff:ff, source: mac             |
 *     |                               |          type: 0x0806         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |      hardware: 1 Ethernet     |        protocol: 0x0800       |
 *     |    length: 6  |   length: 4   |       operation: 1 request    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |     sender: mac, address; target: ff:ff:ff:ff:ff:ff, address  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function gratuitousArp(mac: Uint8Array, address: string): Uint8Array {
  const broadcast = new Uint8Array(6).fill(0xff);
  const ip = addressBytes(address);
  return concat([
    broadcast,
    mac,
    u16be(0x0806),
    u16be(1),
    u16be(0x0800),
    Uint8Array.of(6, 4),
    u16be(1),
    mac,
    ip,
    broadcast,
    ip,
  ]);
}

/**
 * The ICMPv6 message of an unsolicited neighbour advertisement (RFC 4861 §4.4, §7.2.6), to be sent from `source` to
 * `ALL_NODES` with hop limit 255. The override flag makes neighbours replace their cached entry; the router flag is set
 * as RFC 9568 §6.4.2 requires.
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |   Type: 136   |    Code: 0    |          Checksum             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |R|S|O|                     Reserved                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                   Target Address (16 bytes)                   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |  Option: 2    |  Length: 1    |  Target link-layer address    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export function neighbourAdvertisement(mac: Uint8Array, address: string, source: string): Uint8Array {
  const message = concat([
    Uint8Array.of(136, 0, 0, 0),
    u32be(0xa0000000),
    addressBytes(address),
    Uint8Array.of(2, 1),
    mac,
  ]);
  const header = pseudoHeader({ family: 'ipv6', source, destination: ALL_NODES }, 58, message.length);
  message.set(u16be(internetChecksum(header, message)), 2);
  return message;
}

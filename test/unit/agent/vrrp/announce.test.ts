import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { ALL_NODES, gratuitousArp, neighbourAdvertisement } from '../../../../src/agent/core/vrrp/announce.ts';
import { pseudoHeader } from '../../../../src/agent/core/vrrp/packet.ts';

const MAC = fromHex('4203c6cec1ba') ?? new Uint8Array(6);

it('encodes a gratuitous ARP like keepalived 2.2.7', () => {
  expect(toHex(gratuitousArp(MAC, '10.9.0.100'))).toBe(
    'ffffffffffff4203c6cec1ba080600010800060400014203c6cec1ba0a090064ffffffffffff0a090064',
  );
});

it('encodes a neighbour advertisement like keepalived 2.2.7, plus the router flag', () => {
  const message = neighbourAdvertisement(MAC, 'fe80::56', 'fe80::56');
  // keepalived sends 88008e65 20000000; the flag lowers the checksum by 0x8000.
  expect(toHex(message)).toBe('88000e65a0000000fe80000000000000000000000000005602014203c6cec1ba');
});

it('includes the source address in the checksum', () => {
  const message = neighbourAdvertisement(MAC, '2001:db8::56', 'fe80::1');
  const header = pseudoHeader({ family: 'ipv6', source: 'fe80::1', destination: ALL_NODES }, 58, message.length);
  expect(internetChecksum(header, message)).toBe(0);
});

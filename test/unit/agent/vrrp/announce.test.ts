import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { ALL_NODES, gratuitousArp, neighbourAdvertisement } from '../../../../src/agent/core/vrrp/announce.ts';
import { pseudoHeader } from '../../../../src/agent/core/vrrp/packet.ts';

const MAC = fromHex('4203c6cec1ba') ?? new Uint8Array(6);

test('a gratuitous ARP is the frame that keepalived 2.2.7 sends', () => {
  expect(toHex(gratuitousArp(MAC, '10.9.0.100'))).toBe(
    'ffffffffffff4203c6cec1ba080600010800060400014203c6cec1ba0a090064ffffffffffff0a090064',
  );
});

test('a neighbour advertisement is that of keepalived 2.2.7 but for the flag of a router', () => {
  const message = neighbourAdvertisement(MAC, 'fe80::56', 'fe80::56');
  // keepalived: 88008e65 20000000; the flag takes 0x8000 from the checksum.
  expect(toHex(message)).toBe('88000e65a0000000fe80000000000000000000000000005602014203c6cec1ba');
});

test('its checksum covers the source that it is sent from', () => {
  const message = neighbourAdvertisement(MAC, '2001:db8::56', 'fe80::1');
  const header = pseudoHeader({ family: 'ipv6', source: 'fe80::1', destination: ALL_NODES }, 58, message.length);
  expect(internetChecksum(header, message)).toBe(0);
});

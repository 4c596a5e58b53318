import { describe, expect, test } from 'vitest';
import { decodeLink, dumpLinks, setLink } from '../../../../src/agent/core/netlink/link.ts';
import { deleteLink, newMacvlan, withoutLinkLocal } from '../../../../src/agent/core/netlink/macvlan.ts';
import { decodeMessages } from '../../../../src/agent/core/netlink/message.ts';
import { interfaces } from './recorded.ts';
import { fromWords, words } from './words.ts';

const dump = interfaces[0]?.datagrams.flatMap((datagram) => decodeMessages(datagram).messages) ?? [];

describe('interfaces', () => {
  test('are told with everything that VRRP needs of them, as Linux 6.18 tells it', () => {
    expect(dump.map((message) => (message.type === 16 ? decodeLink(message) : message.type))).toEqual([
      {
        index: 1,
        name: 'lo',
        mac: new Uint8Array(6),
        mtu: 65_536,
        up: true,
        running: true,
        operstate: 'unknown',
        master: undefined,
      },
      {
        index: 2,
        name: 'nlk0',
        mac: fromWords('7ebc4e5a376e'),
        mtu: 1500,
        up: true,
        running: true,
        operstate: 'up',
        master: undefined,
      },
      3,
    ]);
  });

  test.each<[string, number, boolean, boolean]>([
    ['down', 0x1002, false, false],
    ['up without a cable', 0x1003, true, false],
    ['up, and its driver not ready', 0x11003, true, false],
    ['up and running', 0x11043, true, true],
  ])('%s', (_, flags, up, running) => {
    const [, eth] = dump;
    if (eth === undefined) throw new Error('not recorded');
    const payload = eth.payload.slice();
    new DataView(payload.buffer).setUint32(8, flags, true);
    expect(decodeLink({ ...eth, payload })).toMatchObject({ up, running });
  });

  test('are all asked for at once', () => {
    expect(dumpLinks()).toMatchObject({ type: 18, flags: 0x301, payload: new Uint8Array(16) });
  });

  test('are set up and down, and nothing else of them is touched', () => {
    expect(words(setLink(7, true).payload)).toBe('00000000 07000000 01000000 01000000');
    expect(words(setLink(7, false).payload)).toBe('00000000 07000000 00000000 01000000');
  });

  test('of a virtual router have its hardware address, and no IPv6 address of their own', () => {
    const request = newMacvlan({ name: 'vrrp.7', parent: 2, mac: fromWords('00005e000107') });
    expect(request.payload).toEqual(
      fromWords(`
        00000000 00000000 00000000 00000000
        0b000300 76727270 2e370000
        08000500 02000000
        0a000100 00005e00 01070000
        1c001280
          0c000100 6d616376 6c616e00
          0c000280 08000100 01000000`),
    );
    expect(words(withoutLinkLocal(9).payload)).toBe(
      '00000000 09000000 00000000 00000000 10001a80 0c000a80 05000800 01000000',
    );
    expect([request.type, request.flags]).toEqual([16, 0x605]);
    expect(deleteLink(9)).toMatchObject({ type: 17, flags: 0x5 });
    expect(words(deleteLink(9).payload)).toBe('00000000 09000000 00000000 00000000');
  });
});

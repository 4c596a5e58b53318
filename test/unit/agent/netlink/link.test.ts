import { describe, expect, it } from 'vitest';
import { decodeLink, dumpLinks } from '../../../../src/agent/core/netlink/link.ts';
import { decodeMessages } from '../../../../src/agent/core/netlink/message.ts';
import { interfaces } from './recorded.ts';
import { fromWords } from './words.ts';

const dump = interfaces[0]?.datagrams.flatMap((datagram) => decodeMessages(datagram).messages) ?? [];

describe('interfaces', () => {
  it('are decoded from a dump of Linux 6.18', () => {
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

  it.each<[string, number, boolean, boolean]>([
    ['down', 0x1002, false, false],
    ['up without carrier', 0x1003, true, false],
    ['up, but the driver is not ready', 0x11003, true, false],
    ['up and running', 0x11043, true, true],
  ])('are %s', (_, flags, up, running) => {
    const [, eth] = dump;
    if (eth === undefined) throw new Error('not recorded');
    const payload = eth.payload.slice();
    new DataView(payload.buffer).setUint32(8, flags, true);
    expect(decodeLink({ ...eth, payload })).toMatchObject({ up, running });
  });

  it('are dumped in one request', () => {
    expect(dumpLinks()).toMatchObject({ type: 18, flags: 0x301, payload: new Uint8Array(16) });
  });
});

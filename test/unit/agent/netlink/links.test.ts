import { describe, expect, it } from 'vitest';
import type { Link } from '../../../../src/agent/core/vrrp/event.ts';
import {
  type LinkChange,
  type RoutingEvent,
  compareLinks,
  decodeRoutingEvent,
  foldLinks,
} from '../../../../src/agent/core/netlink/link.ts';
import { decodeMessages } from '../../../../src/agent/core/netlink/message.ts';
import { interfaces } from './recorded.ts';

function eventsOf(datagrams: readonly Uint8Array[]): readonly RoutingEvent[] {
  return datagrams
    .flatMap((datagram) => decodeMessages(datagram).messages)
    .map(decodeRoutingEvent)
    .filter((event) => event !== undefined);
}

function describeChange(change: LinkChange): string {
  if (change.kind === 'link-gone') return `${change.name} is gone`;
  const { name, mtu, up, running, addresses } = change.link;
  const state = `${up ? 'up' : 'down'}, ${running ? 'running' : 'not running'}, mtu ${mtu}`;
  return [`${name} ${state}`, ...addresses.map(({ address, prefix }) => `${address}/${prefix}`)].join(', ');
}

/** The changes of each recorded command, starting without interfaces. */
function replay(): { readonly course: Readonly<Record<string, readonly string[]>>; readonly links: readonly Link[] } {
  let links: readonly Link[] = [];
  const course: Record<string, readonly string[]> = {};
  for (const { what, datagrams } of interfaces) {
    const changes: LinkChange[] = [];
    for (const event of eventsOf(datagrams)) {
      const next = foldLinks(links, event);
      links = next.links;
      changes.push(...next.changes);
    }
    course[what] = changes.map(describeChange);
  }
  return { course, links };
}

const replayed = replay();

describe('the interfaces, updated from recorded notifications', () => {
  const own = 'fe80::7cbc:4eff:fe5a:376e/64';
  it.each<[string, readonly string[]]>([
    ['dump of links', ['lo up, running, mtu 65536', 'nlk0 up, running, mtu 1500']],
    [
      'dump of addresses',
      [
        'lo up, running, mtu 65536, 127.0.0.1/8',
        'lo up, running, mtu 65536, 127.0.0.1/8, ::1/128',
        `nlk0 up, running, mtu 1500, ${own}`,
      ],
    ],
    ['ip addr add 10.9.0.1/24 dev nlk0 label nlk0:v', [`nlk0 up, running, mtu 1500, ${own}, 10.9.0.1/24`]],
    ['ip link set nlk0 mtu 1400', [`nlk0 up, running, mtu 1400, ${own}, 10.9.0.1/24`]],
    ['ip -n nlk-2 link set nlk1 down', [`nlk0 up, not running, mtu 1400, ${own}, 10.9.0.1/24`]],
    ['ip -n nlk-2 link set nlk1 up', [`nlk0 up, running, mtu 1400, ${own}, 10.9.0.1/24`]],
    ['ip addr add fd00::1/64 dev nlk0 nodad', [`nlk0 up, running, mtu 1400, ${own}, 10.9.0.1/24, fd00::1/64`]],
    ['ip link set nlk0 name nlk9', ['nlk0 is gone', 'nlk9 down, not running, mtu 1400, 10.9.0.1/24']],
    ['ip addr del 10.9.0.1/24 dev nlk9', ['nlk9 up, not running, mtu 1400']],
  ])('%s', (what, expected) => {
    expect(replayed.course[what]).toEqual(expected);
  });

  it('have an IPv6 address once duplicate address detection has finished', () => {
    expect(replayed.course['ip addr add fd00::2/64 dev nlk0']).toEqual([]);
    expect(replayed.course['dad done']?.at(-1)).toContain('fd00::2/64');
  });

  it('lose IPv6 addresses one by one when set down, and keep IPv4 addresses', () => {
    const course = replayed.course['ip link set nlk0 down'] ?? [];
    expect(course[0]).toMatch(/^nlk0 down, not running.*fd00::2\/64$/);
    expect(course.at(-1)).toBe('nlk0 down, not running, mtu 1400, 10.9.0.1/24');
  });

  it('are not affected by messages about bridge ports', () => {
    expect(interfaces.map(({ what }) => what)).toEqual(expect.arrayContaining(['ip link set nlk9 nomaster']));
    expect(replayed.course['ip link set nlk9 nomaster']).toEqual([]);
    expect(replayed.links.map(({ name }) => name)).toEqual(['lo', 'nlk9']);
  });

  it('do not change on a repeated message', () => {
    const again = interfaces.slice(0, 2).flatMap(({ datagrams }) => eventsOf([...datagrams, ...datagrams]));
    let links: readonly Link[] = [];
    for (const event of again) ({ links } = foldLinks(links, event));
    for (const event of again) expect(foldLinks(links, event)).toEqual({ links, changes: [] });
  });

  it('are reported by name when removed', () => {
    const [lo] = eventsOf(interfaces[0]?.datagrams ?? []);
    if (lo?.kind !== 'link') throw new Error('not recorded');
    const { links } = foldLinks([], lo);
    expect(foldLinks(links, { ...lo, kind: 'link-gone' })).toEqual({
      links: [],
      changes: [{ kind: 'link-gone', name: 'lo' }],
    });
    expect(foldLinks([], { ...lo, kind: 'link-gone' })).toEqual({ links: [], changes: [] });
  });
});

describe('the comparison of two dumps', () => {
  const link: Link = {
    name: 'eth0',
    index: 2,
    mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
    mtu: 1500,
    up: true,
    running: true,
    addresses: [{ address: '10.0.0.1', prefix: 24, scope: 'global' }],
  };

  it.each<[string, Partial<Link>]>([
    ['mtu', { mtu: 9000 }],
    ['state', { running: false }],
    ['hardware address', { mac: Uint8Array.of(2, 0, 0, 0, 0, 2) }],
    ['index', { index: 3 }],
    ['addresses', { addresses: [] }],
    ['scope of an address', { addresses: [{ address: '10.0.0.1', prefix: 24, scope: 'link' }] }],
  ])('reports a changed %s', (_, difference) => {
    const after = { ...link, ...difference };
    expect(compareLinks([link], [after])).toEqual([{ kind: 'link', link: after }]);
  });

  it('reports added and removed interfaces, and nothing else', () => {
    expect(compareLinks([link], [{ ...link, mac: link.mac.slice() }])).toEqual([]);
    const other = { ...link, name: 'eth1' };
    expect(compareLinks([link], [other])).toEqual([
      { kind: 'link-gone', name: 'eth0' },
      { kind: 'link', link: other },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { TunSettings } from '../../../src/forwarding/forwarding.ts';
import { tun } from '../../../src/forwarding/tun.ts';
import type { HostView } from '../../../src/forwarding/view.ts';
import { CONF, SERVICE_6, partOf, viewOf } from './part.ts';

const settings = (given: Partial<TunSettings>) => ({
  ...partOf().settings,
  tun: { ...partOf().settings.tun, ...given },
});

describe('tunnels', () => {
  it.each<[Partial<TunSettings>, string]>([
    [{ type: 'ipip' }, 'TUN'],
    [{ type: 'gre' }, 'TUN type gre'],
    [{ type: 'gue', port: 6081 }, 'TUN type gue port 6081'],
  ])('of %j are written as %s', (given, words) => {
    expect(tun.conf(settings(given)).join(' ')).toBe(words);
  });

  it.each<[Partial<TunSettings>, object, readonly string[]]>([
    [{ type: 'ipip' }, { links: 'lvs-tun ipip 10.0.0.102', ports: '', segments: '-4 1440' }, ['ipip']],
    [{ type: 'gre' }, { links: 'lvs-tun gre 10.0.0.102', ports: '', segments: '-4 1436' }, ['ip_gre']],
    [
      { type: 'gue', mss: 1400 },
      { links: 'lvs-tun ipip 10.0.0.102', ports: '-4 6080', segments: '-4 1400' },
      ['ipip', 'fou'],
    ],
  ])('of %j end at the address that directors send to', (given, view, modules) => {
    const side = tun.host(partOf({ isRealServer: true, settings: settings(given) }));
    expect(side.files[0]?.view).toMatchObject({ vips: '192.168.168.12', ...view });
    expect(side.modules).toEqual(modules);
  });

  it('of both families are two', () => {
    const services = [...partOf().services, SERVICE_6];
    const side = tun.host(partOf({ isRealServer: true, services, settings: settings({ type: 'gue' }) }));
    expect(side.files[0]?.view).toMatchObject({
      vips: '192.168.168.12 fd00::12',
      links: 'lvs-tun ipip 10.0.0.102\nlvs-tun6 ip6tnl fd01::102',
      ports: '-4 6080\n-6 6080',
      segments: '-4 1428\n-6 1388',
    });
  });

  it('need nothing on a director', () => {
    expect(tun.host(partOf({ isDirector: true }))).toMatchObject({ sysctls: [], files: [], units: [] });
  });
});

describe('verify with tunnels', () => {
  const failures = (part: Parameters<typeof partOf>[0], view: Partial<HostView> = {}) =>
    tun
      .host(partOf(part))
      .checks(viewOf(view))
      .flatMap(({ check, actual, fix }) => (fix === undefined ? [] : [`${check}: ${actual}`]));
  const silent = { ...CONF, arp_ignore: 1, arp_announce: 2 };
  const held = [
    { device: 'eth1', address: '10.0.0.102', prefix: 24 },
    { device: 'lvs-tun', address: '192.168.168.12', prefix: 32 },
  ];
  const well = {
    held,
    conf: new Map([
      ['all', silent],
      ['lvs-tun', { ...CONF, rp_filter: 2 }],
    ]),
  };

  it('finds nothing where all is well', () => {
    expect(failures({ isRealServer: true }, well)).toEqual([]);
    expect(failures({ isDirector: true })).toEqual([]);
  });

  it('fails without the virtual address on the tunnel, or with it on a network', () => {
    expect(failures({ isRealServer: true }, { ...well, held: held.slice(0, 1) })).toEqual(['vip-on-tunnel: missing']);
    const also = [...held, { device: 'eth1', address: '192.168.168.12', prefix: 32 }];
    expect(failures({ isRealServer: true }, { ...well, held: also })).toEqual(['vip-on-tunnel: on lvs-tun, eth1']);
  });

  it('fails where a strict filter drops what the tunnel brings', () => {
    const conf = new Map([
      ['all', { ...silent, rp_filter: 1 }],
      ['lvs-tun', CONF],
    ]);
    expect(failures({ isRealServer: true }, { ...well, conf })).toEqual(['rp-filter: rp_filter 1']);
  });

  it('fails where the replies would go through a director', () => {
    const route = { family: 'ipv4', table: 'main', metric: 0, via: '10.0.0.100', device: 'eth1' } as const;
    expect(failures({ isRealServer: true }, { ...well, routing: { defaults: [route], rules: [] } })).toEqual([
      'default-route: the default route goes through 10.0.0.100',
    ]);
  });

  it('fails where a packet and the header do not fit', () => {
    const mtu = new Map([
      ['eth0', 1480],
      ['eth1', 1480],
    ]);
    expect(failures({ isDirector: true }, { mtu })).toEqual(['tunnel-mtu: MTU 1480']);
    expect(failures({ isDirector: true, settings: settings({ mss: 1420 }) }, { mtu })).toEqual([]);
  });
});

describe('an inventory with tunnels', () => {
  const found = (given: Parameters<typeof partOf>[0]) =>
    tun.inventory.rules(partOf(given)).map(({ severity, at, what }) => `${severity} ${at.join('.')}: ${what}`);

  it('is warned of a segment that does not fit into a usual packet', () => {
    expect(found({ settings: settings({ mss: 1440 }) })).toEqual([]);
    expect(found({ settings: settings({ mss: 1460 }) })).toEqual([
      'warning tun.mss: A full segment of 1460 bytes and the header of ipip need packets of 1520 bytes, more than the usual 1500.',
    ]);
    expect(found({ settings: settings({ mss: 1440, type: 'gue' }) })).toHaveLength(1);
  });

  it('needs an address of the family of each virtual address', () => {
    const services = [{ ...SERVICE_6, members: [{ name: 'rs1', address: '10.0.0.102', port: 80 }] }];
    expect(found({ services })).toEqual([
      'error real_servers: rs1, 10.0.0.102, has no address of the family of [fd00::12]:80.',
    ]);
  });
});

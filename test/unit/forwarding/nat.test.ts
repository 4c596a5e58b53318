import { describe, expect, it } from 'vitest';
import type { MethodCluster, NatSettings, WayBack } from '../../../src/forwarding/forwarding.ts';
import { nat } from '../../../src/forwarding/nat.ts';
import type { HostView } from '../../../src/forwarding/view.ts';
import { CONF, SERVICE_6, partOf, viewOf } from './part.ts';

const settings = (given: Partial<NatSettings>) => ({
  ...partOf().settings,
  nat: { gateways: ['10.0.0.1'], wayBack: 'default_route' as WayBack, ...given },
});

const viewIn = (part: Parameters<typeof partOf>[0]) => nat.host(partOf(part)).files[0]?.view;

describe('a real server under NAT', () => {
  it.each<[WayBack, object | undefined]>([
    ['default_route', { default_route: '10.0.0.1', rules: '', routes: '' }],
    [
      'source_route',
      {
        default_route: '',
        rules:
          '-4 7167 from all to 10.0.0.100 lookup main\n-4 7167 from all to 10.0.0.107 lookup main\n-4 7168 from 10.0.0.102 ipproto 6 sport 8080 lookup 7168',
        routes: '-4 default via 10.0.0.1',
      },
    ],
    ['masquerade', undefined],
    ['none', undefined],
  ])('with %s has the routes of it', (wayBack, expected) => {
    const directors = [
      { name: 'dr1', addresses: ['10.0.0.100'] },
      { name: 'dr2', addresses: ['10.0.0.107', 'fd01::107'] },
    ];
    const view = viewIn({ isRealServer: true, directors, settings: settings({ wayBack }) });
    if (expected === undefined) expect(view).toBeUndefined();
    else expect(view).toMatchObject(expected);
  });

  it('has a gateway of each family that it serves, and no other', () => {
    const gateways = ['10.0.0.1', 'fd01::1'];
    expect(viewIn({ isRealServer: true, settings: settings({ gateways }) })?.['default_route']).toBe('10.0.0.1');
    expect(viewIn({ isRealServer: true, services: [SERVICE_6], settings: settings({ gateways }) })).toMatchObject({
      default_route: 'fd01::1',
    });
  });

  it('replies from the ports of the service where it keeps them, and from every port where only the user has the marks', () => {
    const [service] = partOf().services;
    if (service === undefined) throw new Error('no service');
    const services = [{ ...service, members: service.members.map((one) => ({ ...one, port: 0 })) }];
    const view = viewIn({ isRealServer: true, services, settings: settings({ wayBack: 'source_route' }) });
    expect(view?.['rules']).toContain('-4 7168 from 10.0.0.102 ipproto 6 sport 80 lookup 7168');
    const unknown = services.map((one) => ({ ...one, endpoints: [] }));
    const all = viewIn({ isRealServer: true, services: unknown, settings: settings({ wayBack: 'source_route' }) });
    expect(all?.['rules']).toContain('-4 7168 from 10.0.0.102 lookup 7168');
  });

  it('is not made silent, and must not hold the virtual address', () => {
    const side = nat.host(partOf({ isRealServer: true }));
    expect(side.sysctls).toEqual([]);
    expect(side.addresses).toMatchObject([{ address: '192.168.168.12/32', present: false }]);
  });
});

describe('a director under NAT', () => {
  it('forwards, and sends no redirects towards its real servers', () => {
    const side = nat.host(partOf({ isDirector: true }));
    expect(side.sysctls.map(({ key }) => key)).toEqual(['net.ipv4.ip_forward']);
    expect(side.files[0]?.view).toMatchObject({
      role: 'director',
      sysctls: 'net/ipv4/ip_forward 1',
      real_servers: '10.0.0.102\n10.0.0.103',
      masquerade: '',
    });
  });

  it('forwards the families of its services', () => {
    const side = nat.host(partOf({ isDirector: true, services: [...partOf().services, SERVICE_6] }));
    expect(side.sysctls.map(({ key }) => key)).toEqual(['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']);
  });

  it('masquerades with its connections in conntrack', () => {
    const side = nat.host(partOf({ isDirector: true, settings: settings({ wayBack: 'masquerade' }) }));
    expect(side.sysctls.map(({ key }) => key)).toContain('net.ipv4.vs.conntrack');
    expect(side.files[0]?.view['masquerade']).toBe('10.0.0.102 tcp 8080\n10.0.0.103 tcp 8080');
  });
});

describe('verify under NAT', () => {
  const failures = (part: Parameters<typeof partOf>[0], view: Partial<HostView> = {}) =>
    nat
      .host(partOf(part))
      .checks(viewOf(view))
      .flatMap(({ check, actual, fix }) => (fix === undefined ? [] : [`${check}: ${actual}`]));
  const through = (via: string, table = 'main', metric = 0) =>
    ({ family: 'ipv4', table, metric, via, device: 'eth1' }) as const;
  const rules = [
    'from all to 10.0.0.100 lookup main',
    'from all to 10.0.0.107 lookup main',
    'from 10.0.0.102 ipproto 6 sport 8080 lookup 7168',
  ];

  it('finds nothing where all is well', () => {
    expect(failures({ isDirector: true })).toEqual([]);
    const defaults = [through('192.168.168.1', 'main', 100), through('10.0.0.1')];
    expect(failures({ isRealServer: true }, { routing: { defaults, rules: [] } })).toEqual([]);
    const byRule = { defaults: [through('192.168.168.1'), through('10.0.0.1', '7168')], rules };
    expect(
      failures({ isRealServer: true, settings: settings({ wayBack: 'source_route' }) }, { routing: byRule }),
    ).toEqual([]);
    expect(failures({ isRealServer: true, settings: settings({ wayBack: 'none' }) })).toEqual([]);
  });

  it('fails a director that does not forward, sends redirects or answers ARP for others', () => {
    const conf = new Map([
      ['all', CONF],
      ['eth0', { ...CONF, proxy_arp: 1 }],
      ['eth1', { ...CONF, send_redirects: 1 }],
    ]);
    expect(failures({ isDirector: true }, { conf, forwards: { ipv4: false, ipv6: true } })).toEqual([
      'ip-forward: 0',
      'send-redirects: send_redirects 1',
      'proxy-arp: proxy_arp 1',
    ]);
  });

  it.each([
    ['no such route', { defaults: [], rules: [] }],
    ['through 192.168.168.1', { defaults: [through('192.168.168.1')], rules: [] }],
    ['through 10.0.0.9', { defaults: [through('10.0.0.1', 'main', 100), through('10.0.0.9')], rules: [] }],
  ])('fails a real server whose default route is %s', (actual, routing) => {
    expect(failures({ isRealServer: true }, { routing })).toEqual([`way-back: ${actual}`]);
  });

  it.each([
    ['no such route', { defaults: [through('10.0.0.1', '7168')], rules: rules.slice(0, 2) }],
    ['no such route', { defaults: [], rules }],
    ['through 10.0.0.9', { defaults: [through('10.0.0.9', '7168')], rules }],
  ])('fails a real server whose replies have %s', (actual, routing) => {
    expect(failures({ isRealServer: true, settings: settings({ wayBack: 'source_route' }) }, { routing })).toEqual([
      `way-back: ${actual}`,
    ]);
  });
});

describe('an inventory with NAT', () => {
  const found = (given: Partial<MethodCluster>) =>
    nat.inventory.rules(partOf(given)).map(({ at, what }) => `${at.join('.')}: ${what}`);
  const part = partOf();

  it('needs a way back', () => {
    expect(found({})).toEqual([]);
    expect(found({ settings: { ...part.settings, nat: undefined } })).toEqual([
      expect.stringContaining('nat: NAT has no way back'),
    ]);
    expect(found({ settings: settings({ gateways: [] }) })).toEqual([
      expect.stringContaining('nat.gateway: Real servers have no gateway of IPv4'),
    ]);
    expect(found({ settings: settings({ gateways: [], wayBack: 'masquerade' }) })).toEqual([]);
  });

  it.each([
    ['10.0.0.100', 'is the address of a host or of a service'],
    ['192.168.168.12', 'is the address of a host or of a service'],
    ['10.9.0.1', 'are on different networks'],
  ])('cannot have the gateway %s', (gateway, what) => {
    expect(found({ settings: settings({ gateways: [gateway] }) })).toContainEqual(expect.stringContaining(what));
  });

  it('is warned of clients that real servers reach without the director', () => {
    const services = part.services.map((service) => ({
      ...service,
      members: [{ name: 'rs1', address: '192.168.168.102', port: 80 }],
    }));
    const one = (wayBack: WayBack) => found({ services, settings: settings({ gateways: ['192.168.168.1'], wayBack }) });
    expect(one('default_route')).toEqual([
      expect.stringContaining('rs1 is on the network of 192.168.168.12, 192.168.168.0/24: it answers clients'),
    ]);
    expect(one('source_route')).toEqual([]);
  });

  it('cannot have a director among its real servers, unless it masquerades', () => {
    const directors = [{ name: 'rs1', addresses: ['10.0.0.102'] }];
    expect(found({ directors })).toEqual([expect.stringContaining('rs1 is a director and a real server under NAT')]);
    expect(found({ directors, settings: settings({ wayBack: 'masquerade' }) })).toEqual([]);
  });

  it('cannot route everything of a real server that also answers clients itself', () => {
    const otherServices = part.services.map((service) => ({ ...service, name: '192.168.168.13:80' }));
    expect(found({ otherServices })).toEqual([
      expect.stringContaining('rs1 serves NAT and also 192.168.168.13:80, whose replies go straight to the client'),
    ]);
    expect(found({ otherServices, settings: settings({ wayBack: 'source_route' }) })).toEqual([]);
  });
});

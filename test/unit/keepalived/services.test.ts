import { describe, expect, it } from 'vitest';
import type { RealServer, SorryServer, VirtualServer } from '../../../src/keepalived/model/check.ts';
import { desiredServices } from '../../../src/keepalived/ipvs/services.ts';
import { addressRange } from '../../../src/keepalived/ipvs/expand.ts';
import { formatTable } from '../agent/ipvs/format-table.ts';

const server: VirtualServer = {
  target: { kind: 'address', address: '10.8.0.100', last: undefined, port: 80 },
  family: 'ipv4',
  protocol: 'TCP',
  delay_loop: 60_000,
  lb_algo: 'rr',
  lb_flags: [],
  ops: false,
  lb_kind: 'DR',
  persistence_timeout: 0,
  persistence_engine: undefined,
  persistence_granularity: undefined,
  virtualhost: undefined,
  alpha: false,
  omega: false,
  inhibit_on_failure: false,
  ha_suspend: false,
  quorum: 1,
  hysteresis: 0,
  quorum_up: undefined,
  quorum_down: undefined,
  smtp_alert: false,
  sorry_server: undefined,
  sorry_server_inhibit: false,
  real_server: [],
};
const real: RealServer = {
  address: '10.8.0.3',
  port: 80,
  weight: 1,
  lb_kind: 'DR',
  tunnel: undefined,
  uthreshold: 0,
  lthreshold: 0,
  inhibit_on_failure: false,
  alpha: false,
  virtualhost: undefined,
  notify_up: undefined,
  notify_down: undefined,
  smtp_alert: false,
  checkers: [],
};
const sorry: SorryServer = { address: '10.8.0.9', port: 81, lb_kind: 'DR', tunnel: undefined };
const groups = [
  {
    name: 'G',
    members: [
      { kind: 'address', address: '10.8.0.110', last: '10.8.0.112', port: 80 },
      { kind: 'address', address: '10.8.0.120', last: undefined, port: 8080 },
      { kind: 'fwmark', fwmark: 9, family: 'ipv4' },
    ],
  },
] as const;
const up = (one: RealServer | SorryServer, weight = 1) => ({ server: one, weight, present: true });
const text = (one: Partial<VirtualServer>, ...servers: readonly (RealServer | SorryServer)[]): readonly string[] =>
  formatTable(
    desiredServices(
      { ...server, ...one },
      groups,
      servers.map((each) => up(each)),
    ),
  )
    .trim()
    .split('\n');

/** Each of these was seen to be what keepalived 2.2.7 asks of the kernel for the same file. */
describe('what a virtual server puts into the table', () => {
  it('a service and its real servers, with netmask and no flags', () => {
    expect(desiredServices(server, [], [up(real, 2)])).toEqual([
      {
        id: { kind: 'address', protocol: 'TCP', address: '10.8.0.100', port: 80 },
        scheduler: 'rr',
        flags: 0,
        timeout: 0,
        netmask: 0xffffffff,
        persistenceEngine: undefined,
        destinations: [
          {
            address: '10.8.0.3',
            port: 80,
            forwarding: 'DR',
            weight: 2,
            upperThreshold: 0,
            lowerThreshold: 0,
            tunnel: undefined,
          },
        ],
      },
    ]);
  });

  it.each<[string, Partial<VirtualServer>, { flags?: number; timeout?: number; netmask?: number }]>([
    ['persistence in whole seconds', { persistence_timeout: 120_000 }, { flags: 1, timeout: 120 }],
    [
      'a granularity alone, which persists for six minutes',
      { persistence_granularity: '255.255.255.0' },
      { flags: 1, timeout: 360, netmask: 0xffffff00 },
    ],
    ['the usual granularity too', { persistence_granularity: '255.255.255.255' }, { flags: 1, timeout: 360 }],
    ['one-packet scheduling of UDP', { ops: true, protocol: 'UDP' }, { flags: 4 }],
    ['no one-packet scheduling of TCP', { ops: true }, { flags: 0 }],
    ['flags of the scheduler', { lb_flags: ['flag-1', 'flag-2'] }, { flags: 0x18 }],
    ['the third of them', { lb_flags: ['flag-3'], persistence_timeout: 60_000 }, { flags: 0x21, timeout: 60 }],
  ])('%s', (_, difference, expected) => {
    expect(desiredServices({ ...server, ...difference }, [], [])).toMatchObject([expected]);
  });

  it.each<[Partial<VirtualServer>, number]>([
    [{}, 128],
    [{ persistence_granularity: 64 }, 64],
  ])('IPv6 has a prefix length for a netmask: %o', (difference, netmask) => {
    const target = { kind: 'address', address: 'fd00::100', last: undefined, port: 80 } as const;
    expect(desiredServices({ ...server, target, ...difference }, [], [])).toMatchObject([{ netmask }]);
    const fwmark = { kind: 'fwmark', fwmark: 6, family: 'ipv6' } as const;
    expect(desiredServices({ ...server, target: fwmark, ...difference }, [], [])).toMatchObject([{ netmask }]);
  });

  it('a persistence engine needs persistence', () => {
    const engine = { persistence_engine: 'sip', protocol: 'UDP' } as const;
    expect(desiredServices({ ...server, ...engine }, [], [])).toMatchObject([{ persistenceEngine: undefined }]);
    const both = { ...server, ...engine, persistence_timeout: 50_000 };
    expect(desiredServices(both, [], [])).toMatchObject([{ persistenceEngine: 'sip', timeout: 50 }]);
  });

  it('a group is expanded; direct routing keeps the port of each member, NAT goes to the real server’s', () => {
    const target = { kind: 'group', group: 'G' } as const;
    expect(text({ target }, real)).toEqual([
      '-A -t 10.8.0.110:80 -s rr',
      '-a -t 10.8.0.110:80 -r 10.8.0.3:80 -g -w 1',
      '-A -t 10.8.0.111:80 -s rr',
      '-a -t 10.8.0.111:80 -r 10.8.0.3:80 -g -w 1',
      '-A -t 10.8.0.112:80 -s rr',
      '-a -t 10.8.0.112:80 -r 10.8.0.3:80 -g -w 1',
      '-A -t 10.8.0.120:8080 -s rr',
      '-a -t 10.8.0.120:8080 -r 10.8.0.3:8080 -g -w 1',
      '-A -f 9 -s rr',
      '-a -f 9 -r 10.8.0.3:0 -g -w 1',
    ]);
    expect(text({ target }, { ...real, lb_kind: 'NAT', port: 8888 }).filter((line) => line.startsWith('-a'))).toEqual([
      '-a -t 10.8.0.110:80 -r 10.8.0.3:8888 -m -w 1',
      '-a -t 10.8.0.111:80 -r 10.8.0.3:8888 -m -w 1',
      '-a -t 10.8.0.112:80 -r 10.8.0.3:8888 -m -w 1',
      '-a -t 10.8.0.120:8080 -r 10.8.0.3:8888 -m -w 1',
      '-a -f 9 -r 10.8.0.3:8888 -m -w 1',
    ]);
  });

  it('a missing group yields no service', () => {
    expect(desiredServices({ ...server, target: { kind: 'group', group: 'X' } }, groups, [up(real)])).toEqual([]);
  });

  it('a tunnel and the thresholds of a real server are set, and the sorry server has neither', () => {
    const tunnel = { type: 'gue', port: 6080, csum: 'remcsum' } as const;
    const far: RealServer = { ...real, lb_kind: 'TUN', tunnel, uthreshold: 100, lthreshold: 50 };
    expect(text({}, far, sorry)).toEqual([
      '-A -t 10.8.0.100:80 -s rr',
      '-a -t 10.8.0.100:80 -r 10.8.0.3:80 -i -w 1 -x 100 -y 50 --tun-type gue --tun-port 6080 --tun-remcsum',
      '-a -t 10.8.0.100:80 -r 10.8.0.9:80 -g -w 1',
    ]);
  });

  it('a removed server is absent, and one with weight 0 is present', () => {
    const other = { ...real, address: '10.8.0.4' };
    const [service] = desiredServices(server, [], [{ ...up(real), present: false }, up(other, 0)]);
    expect(service?.destinations).toMatchObject([{ address: '10.8.0.4', weight: 0 }]);
  });
});

describe('ranges of addresses', () => {
  it.each([
    ['10.8.0.254', '10.8.0.255', ['10.8.0.254', '10.8.0.255']],
    ['fd00::1fe', 'fd00::201', ['fd00::1fe', 'fd00::1ff', 'fd00::200', 'fd00::201']],
    ['10.8.0.254', '10.8.1.1', ['10.8.0.254', '10.8.0.255', '10.8.1.0', '10.8.1.1']],
    ['fd00::ffff', 'fd00::1:1', ['fd00::ffff', 'fd00::1:0', 'fd00::1:1']],
    ['fd00::', 'fd00::', ['fd00::']],
    ['10.8.0.9', '10.8.0.1', ['10.8.0.9']],
  ])('%s to %s', (first, last, expected) => {
    expect(addressRange(first, last)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { ARTICLE } from '../../../src/lab/article.ts';
import { MOST_HOSTS, layOut } from '../../../src/lab/lay-out.ts';
import { host, lines, NAT, TUN, WITHOUT_CLIENT } from './wishes.ts';

describe('the network of a lab', () => {
  it('is one segment for the article, with a control address that none of its hosts has', () => {
    expect(lines(ARTICLE)[0]).toBe('lan: 192.168.168.0/24, control 192.168.168.254/24');
    expect(ARTICLE.hosts.map(({ nics }) => nics.map(({ name, mac }) => `${name} ${mac}`).join())).toEqual([
      'eth0 02:00:c0:a8:a8:64',
      'eth0 02:00:c0:a8:a8:6b',
      'eth0 02:00:c0:a8:a8:66',
      'eth0 02:00:c0:a8:a8:67',
      'eth0 02:00:c0:a8:a8:c8',
    ]);
  });

  it('has directors in two segments for NAT, and no router past them', () => {
    expect(lines(layOut(NAT))).toEqual([
      'outside: 192.168.168.0/24, control 192.168.168.254/24',
      'inside: 10.0.0.0/24, control 10.0.0.254/24',
      'dr1: eth0 outside 192.168.168.100/24, eth1 inside 10.0.0.100/24',
      'dr2: eth0 outside 192.168.168.107/24, eth1 inside 10.0.0.107/24',
      'rs1: eth0 inside 10.0.0.102/24',
      'rs2: eth0 inside 10.0.0.103/24',
      'c1: eth0 outside 192.168.168.200/24',
    ]);
  });

  it('has a router where hosts have to reach each other across segments', () => {
    const topology = layOut(TUN);
    expect(lines(topology)).toEqual([
      'front: 192.168.168.0/24, control 192.168.168.254/24',
      'east: 10.1.0.0/24, control 10.1.0.254/24',
      'west: 10.2.0.0/24, control 10.2.0.254/24',
      'dr1: eth0 front 192.168.168.100/24 , 10.1.0.0/24 via 192.168.168.1 , 10.2.0.0/24 via 192.168.168.1',
      'rs1: eth0 east 10.1.0.102/24 , 192.168.168.0/24 via 10.1.0.1 , 10.2.0.0/24 via 10.1.0.1',
      'rs2: eth0 west 10.2.0.103/24 , 192.168.168.0/24 via 10.2.0.1 , 10.1.0.0/24 via 10.2.0.1',
      'c1: eth0 front 192.168.168.200/24 , 10.1.0.0/24 via 192.168.168.1 , 10.2.0.0/24 via 192.168.168.1',
      'router: eth0 front 192.168.168.1/24, eth1 east 10.1.0.1/24, eth2 west 10.2.0.1/24',
    ]);
    expect(topology.added).toEqual(['router']);
  });

  it('has both families in one segment where the same hosts are in both', () => {
    expect(lines(layOut(WITHOUT_CLIENT))).toEqual([
      'lan: 10.0.0.0/24 fd00::/64, control 10.0.0.254/24 fd00::fffe/64',
      'dr1: eth0 lan 10.0.0.100/24 fd00::100/64',
      'rs1: eth0 lan 10.0.0.102/24 fd00::102/64',
      'c1: eth0 lan 10.0.0.200/24 fd00::200/64',
    ]);
  });

  it('assigns each IPv6 network to the narrowest segment that has its hosts', () => {
    const networks = [
      { name: 'inside6', cidr: 'fd00:1::/64' },
      { name: 'outside6', cidr: 'fd00::/64' },
      ...NAT.networks,
    ];
    const own = new Map([
      ['dr1', ['fd00::100', 'fd00:1::100']],
      ['rs1', ['fd00:1::102']],
      ['c1', ['fd00::200']],
    ]);
    const hosts = NAT.hosts.map((one) => ({ ...one, addresses: [...one.addresses, ...(own.get(one.name) ?? [])] }));
    const { segments } = layOut({ ...NAT, networks, hosts });
    expect(segments.map(({ networks: those }) => those.join(' '))).toEqual([
      '192.168.168.0/24 fd00::/64',
      '10.0.0.0/24 fd00:1::/64',
    ]);
  });

  it('has an IPv6 network alone, and networks of one name in one segment', () => {
    const alone = layOut({
      ...NAT,
      networks: [{ name: 'lan', cidr: 'fd00::/64' }],
      hosts: [host('dr1', 'fd00::100'), host('rs1', 'fd00::102')],
      reach: [],
    });
    expect(lines(alone)).toContain('dr1: eth0 lan fd00::100/64');
    expect(alone.hosts[0]?.nics[0]?.mac).toBe('02:06:00:00:01:00');
    const named = layOut({ ...NAT, networks: NAT.networks.map(({ cidr }) => ({ name: 'lan', cidr })), reach: [] });
    expect(lines(named)).toContain('dr1: eth0 lan 192.168.168.100/24 10.0.0.100/24');
  });

  it('names interfaces as the inventory does', () => {
    const [director, ...others] = NAT.hosts;
    if (director === undefined) throw new Error('no director');
    const named = (name: string, near: string): readonly string[] =>
      lines(layOut({ ...NAT, hosts: [{ ...director, interfaces: [{ name, near }] }, ...others] }));
    expect(named('ens3', '192.168.168.12')).toContain(
      'dr1: ens3 outside 192.168.168.100/24, eth0 inside 10.0.0.100/24',
    );
    expect(named('eth0', '10.0.0.1')).toContain('dr1: eth1 outside 192.168.168.100/24, eth0 inside 10.0.0.100/24');
  });

  it('takes no address of a host, a VIP or a gateway', () => {
    const reserved = ['192.168.168.254', '10.1.0.1'];
    const { segments, hosts } = layOut({ ...TUN, vips: ['192.168.168.253'], reserved });
    expect(segments.map(({ control }) => control.join())).toEqual([
      '192.168.168.252/24',
      '10.1.0.253/24',
      '10.2.0.254/24',
    ]);
    expect(hosts.at(-1)?.nics.map(({ addresses }) => addresses.join())).toEqual([
      '192.168.168.1/24',
      '10.1.0.254/24',
      '10.2.0.1/24',
    ]);
  });

  it('names its router as no host is named', () => {
    const hosts = [...TUN.hosts, host('router', '192.168.168.9')];
    expect(layOut({ ...TUN, hosts }).hosts.at(-1)?.name).toBe('router2');
  });

  it.each([
    [
      'more hosts than it can start',
      { hosts: many(MOST_HOSTS + 1) },
      'the inventory needs 25 hosts; a lab has 24 at most',
    ],
    [
      'more segments than a guest has devices',
      {
        networks: Array.from({ length: 9 }, (_, index) => ({ name: `n${index}`, cidr: `10.${index}.0.0/24` })),
        hosts: [],
      },
      'the inventory needs 9 segments; a lab has 8 at most',
    ],
    [
      'networks that overlap',
      { networks: [...NAT.networks, { name: 'all', cidr: '10.0.0.0/8' }] },
      'the networks 10.0.0.0/24 and 10.0.0.0/8 overlap',
    ],
    [
      'a network without an address for the lab',
      { networks: [{ name: 'lan', cidr: '10.0.0.0/30' }], hosts: [host('dr1', '10.0.0.1'), host('rs1', '10.0.0.2')] },
      'the network 10.0.0.0/30 has no free address left',
    ],
    [
      'a host outside its networks',
      { hosts: [host('dr1', '10.9.0.1')] },
      'dr1 has the address 10.9.0.1, which is in none of the networks',
    ],
  ])('is refused for %s', (_name, changed, message) => {
    expect(() => layOut({ ...NAT, reach: [], ...changed })).toThrow(message);
  });

  it('has as many hosts as are allowed', () => {
    expect(layOut({ ...NAT, reach: [], hosts: many(MOST_HOSTS) }).hosts).toHaveLength(MOST_HOSTS);
  });
});

function many(count: number) {
  return Array.from({ length: count }, (_, index) => host(`rs${index + 1}`, `10.0.0.${index + 1}`));
}

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTICLE } from '../../../src/lab/article.ts';
import { topologyOf } from '../../../src/lab/topology-of.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import type { Topology } from '../../../src/lab/topology.ts';
import { lines } from './wishes.ts';

const INVENTORIES = path.join(import.meta.dirname, '..', '..', '..', 'inventories');

/** The lab of an inventory, or of a text. */
async function lab(file: string, text = ''): Promise<Topology> {
  const environment = processEnvironment();
  const { cluster, diagnostics } = await readInventory([file], {
    ...environment,
    readStandardInput: async () => Buffer.from(text),
  });
  if (cluster === undefined) throw new Error(diagnostics.map(({ what }) => what).join());
  return topologyOf(cluster);
}

describe('the lab of an inventory', () => {
  it('is the one without an inventory for the article', async () => {
    expect(await lab(path.join(INVENTORIES, 'article.yml'))).toEqual(ARTICLE);
  });

  it.each(readdirSync(INVENTORIES))('is possible for inventories/%s, with an address of each host', async (name) => {
    const { hosts } = await lab(path.join(INVENTORIES, name));
    const addresses = hosts.flatMap(({ nics }) => nics.flatMap((nic) => nic.addresses));
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(hosts.filter(({ roles }) => roles.includes('client'))).toHaveLength(1);
  });

  it('gets a client where the inventory has none, or has one that is not in the lab', async () => {
    for (const client of ['', 'client: local']) {
      const { hosts, added } = await lab(
        '-',
        `vip: 10.0.0.12\ndirectors: [10.0.0.1, 10.0.0.2]\nreal_servers: [10.0.0.254]\n${client}\n`,
      );
      expect(hosts.at(-1)).toMatchObject({ name: 'c1', roles: ['client'], address: '10.0.0.253' });
      expect(added).toEqual(['c1']);
    }
  });

  it('has one host for a name that is a director and a real server', async () => {
    const { hosts } = await lab(
      '-',
      `vip: 10.0.0.12
directors: [{name: box1, address: 10.0.0.1}, {name: box2, address: 10.0.0.2}]
real_servers: [{name: box1, address: 10.0.0.1}, {name: box2, address: 10.0.0.2}]
client: 10.0.0.9
virtual_servers: [{vip: 10.0.0.12, port: 80, lb_kind: NAT}]
nat: {way_back: masquerade}
`,
    );
    expect(hosts.map(({ name, roles }) => `${name} ${roles.join('+')}`)).toEqual([
      'box1 director+real-server',
      'box2 director+real-server',
      'c1 client',
    ]);
    expect(hosts[0]?.services).toEqual([{ protocol: 'tcp', port: 80, kind: 'http' }]);
  });

  it('answers on the ports of the pools, but where a web server is deployed', async () => {
    const text = `vip: 10.0.0.12
directors: [10.0.0.1, 10.0.0.2]
real_servers: [10.0.0.3]
virtual_servers: [{vip: 10.0.0.12, port: 80}, {vip: 10.0.0.12, port: 443}, {vip: 10.0.0.12, port: 25}]
`;
    const services = async (more: string): Promise<readonly string[]> => {
      const { hosts } = await lab('-', text + more);
      return hosts.map((host) => host.services.map(({ port, kind }) => `${port} ${kind}`).join());
    };
    expect(await services('')).toEqual(['', '', '80 http,443 https,25 smtp', '']);
    expect(await services('web: {package: nginx-light}')).toEqual(['', '', '443 https,25 smtp', '']);
  });

  it.each<readonly [string, readonly string[]]>([
    [
      'nat-with-gateway',
      [
        'outside: 192.168.168.0/24, control 192.168.168.254/24',
        'inside: 10.0.0.0/24, control 10.0.0.254/24',
        'dr1: eth0 outside 192.168.168.100/24, eth1 inside 10.0.0.100/24',
        'dr2: eth0 outside 192.168.168.107/24, eth1 inside 10.0.0.107/24',
        'rs1: eth0 inside 10.0.0.102/24',
        'rs2: eth0 inside 10.0.0.103/24',
        'c1: eth0 outside 192.168.168.200/24',
      ],
    ],
    [
      'tun',
      [
        'front: 192.168.168.0/24, control 192.168.168.254/24',
        'east: 10.1.0.0/24, control 10.1.0.254/24',
        'west: 10.2.0.0/24, control 10.2.0.254/24',
        'dr1: eth0 front 192.168.168.100/24 , 10.1.0.0/24 via 192.168.168.1 , 10.2.0.0/24 via 192.168.168.1',
        'dr2: eth0 front 192.168.168.107/24 , 10.1.0.0/24 via 192.168.168.1 , 10.2.0.0/24 via 192.168.168.1',
        'rs1: eth0 east 10.1.0.102/24 , 192.168.168.0/24 via 10.1.0.1 , 10.2.0.0/24 via 10.1.0.1',
        'rs2: eth0 west 10.2.0.103/24 , 192.168.168.0/24 via 10.2.0.1 , 10.1.0.0/24 via 10.2.0.1',
        'c1: eth0 front 192.168.168.200/24 , 10.1.0.0/24 via 192.168.168.1 , 10.2.0.0/24 via 192.168.168.1',
        'router: eth0 front 192.168.168.1/24, eth1 east 10.1.0.1/24, eth2 west 10.2.0.1/24',
      ],
    ],
    [
      'dual-stack',
      [
        'lan: 192.168.168.0/24 fd00:168::/64, control 192.168.168.254/24 fd00:168::fffe/64',
        'dr1: eth0 lan 192.168.168.100/24 fd00:168::100/64',
        'dr2: eth0 lan 192.168.168.107/24 fd00:168::107/64',
        'rs1: eth0 lan 192.168.168.102/24 fd00:168::102/64',
        'rs2: eth0 lan 192.168.168.103/24 fd00:168::103/64',
        'c1: eth0 lan 192.168.168.200/24 fd00:168::200/64',
      ],
    ],
  ])('has the hosts and networks of inventories/%s.yml', async (name, expected) => {
    expect(lines(await lab(path.join(INVENTORIES, `${name}.yml`)))).toEqual(expected);
  });

  it('keeps away from the gateway of NAT, and names interfaces as the inventory does', async () => {
    const { hosts, segments } = await lab(
      '-',
      `networks: {outside: 10.1.0.0/24, inside: 10.2.0.0/24}
directors: [{address: 10.1.0.1, addresses: [10.2.0.3]}, {address: 10.1.0.2, addresses: [10.2.0.4], interface: ens3}]
real_servers: [10.2.0.5]
vip: 10.1.0.12
virtual_servers: [{vip: 10.1.0.12, port: 80, lb_kind: NAT}]
nat: {gateway: 10.2.0.254}
`,
    );
    expect(segments[1]?.control).toEqual(['10.2.0.253/24']);
    expect(hosts[1]?.nics.map((nic) => `${nic.name} ${nic.segment}`)).toEqual(['ens3 outside', 'eth0 inside']);
  });

  it('answers what checks ask for, on the ports of members and of services of several ports', async () => {
    const { hosts } = await lab(
      '-',
      `vip: 10.0.0.12
directors: [10.0.0.1, 10.0.0.2]
real_servers: [10.0.0.3]
client: 10.0.0.9
virtual_servers:
  - {vip: 10.0.0.12, port: [80, 443]}
  - {vip: 10.0.0.12, port: 53, protocol: UDP}
  - {vip: 10.0.0.12, port: 5000, protocol: UDP}
  - {vip: 10.0.0.12, port: 5000, check: https /}
  - {vip: 10.0.0.12, port: 2525, check: smtp}
  - {vip: 10.0.0.12, port: 9000, protocol: SCTP}
`,
    );
    expect(hosts[2]?.services.map(({ protocol, port, kind }) => `${protocol} ${port} ${kind}`)).toEqual([
      'tcp 80 http',
      'tcp 443 https',
      'udp 53 dns',
      'udp 5000 echo',
      'tcp 5000 https',
      'tcp 2525 smtp',
      'sctp 9000 http',
    ]);
  });

  it('has a client of both families where the VIPs are of both', async () => {
    const { hosts } = await lab(
      '-',
      `vip: [10.0.0.12, 'fd00::12']
directors: [{address: 10.0.0.1, addresses: ['fd00::1']}, {address: 10.0.0.2, addresses: ['fd00::2']}]
real_servers: [{address: 10.0.0.3, addresses: ['fd00::3']}]
`,
    );
    expect(hosts.at(-1)?.nics.map(({ addresses }) => addresses.join(' '))).toEqual(['10.0.0.254/24 fd00::fffe/64']);
  });
});

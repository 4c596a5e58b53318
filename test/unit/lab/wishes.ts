import type { Wish, WishedHost } from '../../../src/lab/lay-out.ts';
import type { Topology } from '../../../src/lab/topology.ts';

/** A host by its role and addresses. */
export function host(name: string, ...addresses: readonly string[]): WishedHost {
  const role = name.startsWith('dr') ? 'director' : name.startsWith('rs') ? 'real-server' : 'client';
  return { name, roles: [role], addresses, interfaces: [], services: [] };
}

const NOTHING = { reach: [], vips: [], reserved: [], added: [] };

/** Directors between two networks, real servers inside, the client outside. */
export const NAT: Wish = {
  ...NOTHING,
  networks: [
    { name: 'outside', cidr: '192.168.168.0/24' },
    { name: 'inside', cidr: '10.0.0.0/24' },
  ],
  hosts: [
    host('dr1', '192.168.168.100', '10.0.0.100'),
    host('dr2', '192.168.168.107', '10.0.0.107'),
    host('rs1', '10.0.0.102'),
    host('rs2', '10.0.0.103'),
    host('c1', '192.168.168.200'),
  ],
  reach: [
    ['c1', 'dr1'],
    ['dr1', 'rs1'],
  ],
  vips: ['192.168.168.12'],
};

/** Two real servers in networks of their own. */
export const TUN: Wish = {
  ...NOTHING,
  networks: [
    { name: 'front', cidr: '192.168.168.0/24' },
    { name: 'east', cidr: '10.1.0.0/24' },
    { name: 'west', cidr: '10.2.0.0/24' },
  ],
  hosts: [
    host('dr1', '192.168.168.100'),
    host('rs1', '10.1.0.102'),
    host('rs2', '10.2.0.103'),
    host('c1', '192.168.168.200'),
  ],
  reach: [
    ['c1', 'dr1'],
    ['dr1', 'rs1'],
    ['c1', 'rs1'],
    ['dr1', 'rs2'],
    ['c1', 'rs2'],
  ],
  vips: ['192.168.168.12'],
};

/** Both families on one segment, whose client the inventory does not have. */
export const WITHOUT_CLIENT: Wish = {
  ...NOTHING,
  networks: [
    { name: 'lan', cidr: '10.0.0.0/24' },
    { name: 'lan6', cidr: 'fd00::/64' },
  ],
  hosts: [
    host('dr1', '10.0.0.100', 'fd00::100'),
    host('rs1', '10.0.0.102', 'fd00::102'),
    host('c1', '10.0.0.200', 'fd00::200'),
  ],
  added: ['c1'],
};

/** Both families on both sides of the directors, one of which is a real server, too. */
export const DUAL_STACK: Wish = {
  ...NOTHING,
  networks: [...NAT.networks, { name: 'outside6', cidr: 'fd00::/64' }, { name: 'inside6', cidr: 'fd00:1::/64' }],
  hosts: [
    host('dr1', '192.168.168.100', '10.0.0.100', 'fd00::100', 'fd00:1::100'),
    { ...host('dr2', '192.168.168.107', '10.0.0.107', 'fd00::107', 'fd00:1::107'), roles: ['director', 'real-server'] },
    host('rs1', '10.0.0.102', 'fd00:1::102'),
    host('c1', '192.168.168.200', 'fd00::200'),
  ],
};

/** A topology as lines to be read. */
export function lines({ segments, hosts }: Topology): readonly string[] {
  return [
    ...segments.map(({ name, networks, control }) => `${name}: ${networks.join(' ')}, control ${control.join(' ')}`),
    ...hosts.map(({ name, nics, routes }) =>
      [
        `${name}:`,
        nics.map((nic) => `${nic.name} ${nic.segment} ${nic.addresses.join(' ')}`).join(', '),
        ...routes.map(({ to, via }) => `, ${to} via ${via}`),
      ].join(' '),
    ),
  ];
}

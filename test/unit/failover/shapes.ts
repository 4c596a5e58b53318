import type { Cluster } from '../../../src/inventory/cluster.ts';
import { read } from '../inventory/reading.ts';

const DIRECTORS = `directors:
  - { name: dr1, address: 192.168.168.100, addresses: [10.0.0.100, "fd00::100"] }
  - { name: dr2, address: 192.168.168.107, addresses: [10.0.0.107, "fd00::107"] }
  - { name: dr3, address: 192.168.168.108, addresses: [10.0.0.108, "fd00::108"] }
`;

const REAL_SERVERS = `real_servers:
  - { name: rs1, address: 192.168.168.102, addresses: [10.0.0.102, "fd00::102"] }
  - { name: rs2, address: 192.168.168.103, addresses: [10.0.0.103, "fd00::103"] }
client: { name: c1, address: 192.168.168.200, addresses: ["fd00::200"] }
`;

const INSIDE = `real_servers: [10.0.0.102, 10.0.0.103]
client: { name: c1, address: 192.168.168.200 }
`;

/** Inventories of three directors, without their hosts. */
export const SHAPES = {
  dualStack: `vrrp_instances:
  VI_1: { virtual_ipaddress: [192.168.168.12, "fd00::12"], advert_int: 2, directors: [dr1, dr2] }
virtual_servers:
  - { vip: [192.168.168.12, "fd00::12"], port: 80 }
  - { vip: "fd00::12", port: 443 }
  - { vip: "fd00::12", port: 3306 }
  - { vip: 192.168.168.12, port: 53, protocol: UDP }
`,
  twoMasters: `vrrp_instances:
  VI_1: { virtual_ipaddress: [192.168.168.12], unicast: true, directors: [dr1, dr2, dr3] }
  VI_2: { virtual_ipaddress: [192.168.168.13], unicast: true, advert_int: 3, preempt_delay: 4, directors: [dr3, dr2] }
virtual_servers:
  - { vip: 192.168.168.12, port: [80, 443] }
  - { vip: 192.168.168.13, port: 9000, check: https /health }
  - { vip: 192.168.168.13, port: 9001, check: http /health }
`,
  syncGroup: `networks: { outside: 192.168.168.0/24, inside: 10.0.0.0/24, six: "fd00::/64" }
vrrp_sync_group: { G1: { group: [VI_1, VI_2] } }
vrrp_instances:
  VI_1: { virtual_ipaddress: [192.168.168.12] }
  VI_2: { virtual_ipaddress: [10.0.0.12], nopreempt: true }
  VI_3: { virtual_ipaddress: [192.168.168.13] }
virtual_servers:
  - { vip: 192.168.168.12, port: 80 }
  - { vip: 192.168.168.13, port: 80 }
`,
  nat: `networks: { outside: 192.168.168.0/24, inside: 10.0.0.0/24, six: "fd00::/64" }
vip: 192.168.168.12
nat: { gateway: 10.0.0.1 }
virtual_servers:
  - { vip: 192.168.168.12, port: 80, lb_kind: NAT }
`,
  ownMarks: `vip: 192.168.168.12
virtual_servers: [{ fwmark: 3 }]
`,
  groups: `vip: 192.168.168.12
virtual_server_group:
  web: ["192.168.168.12 8080"]
virtual_servers: [{ group: web }]
`,
} as const;

export async function shape(name: keyof typeof SHAPES): Promise<Cluster> {
  const { cluster, diagnostics } = await read(SHAPES[name] + DIRECTORS + (name === 'nat' ? INSIDE : REAL_SERVERS));
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

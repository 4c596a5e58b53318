import { type Cluster, hostsOf } from '../../src/inventory/cluster.ts';
import { readInventory } from '../../src/inventory/read.ts';
import type { HostState } from '../../src/observe/cluster-state.ts';
import { parseFirewall } from '../../src/observe/firewall.ts';
import { world } from '../unit/inventory/reading.ts';
import { printedRules } from './firewall-rules.ts';
import { observedCluster } from './observed.ts';

export const HOSTS = `
vip: 192.168.168.12
directors: [{ name: dr1, address: 192.168.168.100 }, { name: dr2, address: 192.168.168.107 }]
real_servers: [{ name: rs1, address: 192.168.168.102 }, { name: rs2, address: 192.168.168.103 }]
`;
export const NAT = `${HOSTS}virtual_servers: [{ port: 80, lb_kind: NAT }]\nnat: { gateway: 192.168.168.1, way_back: source_route }\n`;

export interface Given {
  readonly inventory?: string;
  readonly host?: string;
  readonly manager?: 'ufw' | 'firewalld';
}

/** A host with recorded rules. @param rules the name of a fixture, or what the probe printed */
export async function hostWith(rules: string, { inventory = HOSTS, host = 'dr1', manager }: Given = {}) {
  const cluster = await clusterOf(inventory);
  const member = hostsOf(cluster).find((one) => one.host.name === host);
  const state = observedCluster(cluster).hosts.get(host);
  if (member === undefined || state === undefined) throw new Error(`there is no ${host}`);
  const printed = rules.includes('\n') ? rules : printedRules(rules);
  const firewall = parseFirewall(`${manager === undefined ? '' : `manager ${manager}\n`}${printed}`);
  const facts: HostState['facts'] = { ...state.facts, firewall };
  return { cluster, member, facts, state: { ...state, facts } };
}

async function clusterOf(text: string): Promise<Cluster> {
  const { cluster, diagnostics } = await readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }));
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

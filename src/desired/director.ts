import {
  type Cluster,
  type Director,
  type VirtualServer,
  serviceName,
  virtualAddressesOf,
} from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { interfaceOf } from '../observe/facts.ts';
import { filesOf } from '../render/files.ts';
import { AGENT_UNIT, DIRECTOR_PACKAGES, IPVS_MODULE, SYSCTL_FILE } from '../render/names.ts';
import { directorTuning } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { IpvsWant } from '../resources/ipvs.ts';
import type { Want } from '../resources/kinds.ts';
import type { PackagesWant } from '../resources/packages.ts';
import { wordsOf } from '../text/lines.ts';
import { agentProgram, obsoleteAgentFiles, services } from './agent.ts';
import type { PlannedEngine } from './engine.ts';
import { fileWants } from './files.ts';
import { sysctlWants } from './sysctls.ts';

/** The wants of a director, in the order of application. */
export function director(
  cluster: Cluster,
  host: Director,
  { facts }: HostState,
  { engine, runs, agent }: PlannedEngine,
): readonly Want[] {
  const device = host.interface === 'auto' ? interfaceOf(facts, host.address) : host.interface;
  const files = fileWants(filesOf(cluster, host, { interface: device, engine }), engine);
  return [
    ...(engine === 'agent' ? [] : [packages(cluster)]),
    { kind: 'module', ...IPVS_MODULE },
    // Without a bundled agent the program on the host is left unchanged.
    ...(agent === undefined ? [] : [agentProgram(agent)]),
    // The parameters of ip_vs exist only after the module is loaded, too late for the probe of a new host.
    ...files.map((want) =>
      want.path === SYSCTL_FILE ? { ...want, afterwards: ['sysctl', '-e', '-q', '-p', SYSCTL_FILE] } : want,
    ),
    ...sysctlWants(directorTuning(cluster).sysctls),
    ...services(engine),
    ...(engine === 'agent' ? [] : obsoleteAgentFiles()),
    ...(runs === engine && facts.vrrpState === 'BACKUP' && device !== undefined ? strayAddresses(cluster, device) : []),
    ...(runs === engine ? kernelTable(cluster, engine) : []),
  ];
}

/** Debian starts keepalived as soon as it is installed and has a configuration, and that stops the agent. */
function packages({ packages: { localMount } }: Cluster): PackagesWant {
  return {
    kind: 'packages',
    names: DIRECTOR_PACKAGES,
    localMount,
    displaces: { unit: AGENT_UNIT, reason: 'keepalived takes over from the agent' },
    advice: 'If no package is available, set `engine: agent` in the inventory.',
  };
}

/** A BACKUP ignores addresses that it did not add itself; a second holder would answer ARP too. */
function strayAddresses(cluster: Cluster, device: string): readonly AddressWant[] {
  return virtualAddressesOf(cluster).map(({ address, prefix }) => ({
    kind: 'address',
    address: `${address}/${prefix}`,
    device,
    present: false,
    reason: 'this director is BACKUP and must not hold the virtual address',
  }));
}

/** Real servers with their own check and sorry servers are added and removed by the engine. */
function kernelTable({ virtualServers }: Cluster, engine: PlannedEngine['engine']): readonly IpvsWant[] {
  return virtualServers.map((server) => ({
    ...tableOf(server),
    ...(engine === 'agent' && { keptBy: AGENT_UNIT }),
    checkedByEngine: new Set([
      ...server.pool.filter(({ lines }) => lines !== undefined).map(({ address, port }) => `${address}:${port}`),
      ...sorryServers(server),
    ]),
  }));
}

function sorryServers({ lines = '' }: VirtualServer): readonly string[] {
  return lines
    .split('\n')
    .map(wordsOf)
    .flatMap(([word, address = '', port = '']) => (word === 'sorry_server' ? [`${address}:${port}`] : []));
}

/** The kernel's table as the inventory describes it, every real server in rotation. */
export function tables(cluster: Cluster): readonly IpvsWant[] {
  return cluster.virtualServers.map(tableOf);
}

function tableOf(server: VirtualServer): IpvsWant {
  return {
    kind: 'ipvs',
    service: serviceName(server),
    lbKind: server.lb_kind,
    scheduler: server.lb_algo,
    persistence: server.persistence_timeout,
    checkedByEngine: new Set(),
    destinations: server.pool.map(({ address, port, weight }) => ({ address: `${address}:${port}`, weight })),
  };
}

import type { Cluster } from '../inventory/cluster.ts';
import type { RenderedFile } from '../render/files.ts';
import { DIRECTOR_SYSCTLS } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { IpvsWant } from '../resources/ipvs.ts';
import type { Want } from '../resources/kinds.ts';
import { agentProgram, leftoversOfAgent, services } from './agent.ts';
import { AGENT_UNIT, AGENT_UNIT_FILE, SYSCTL_FILE, fileWants } from './files.ts';
import type { Known } from './known.ts';
import { sysctlWants } from './sysctls.ts';
import { wordsOf } from '../text/lines.ts';

/** Everything a director must have, in the order in which it is brought about. */
export function director(cluster: Cluster, files: readonly RenderedFile[], known: Known): readonly Want[] {
  const { engine } = known;
  return [
    ...(engine === 'agent' ? [] : [packages(cluster, known)]),
    { kind: 'module', name: 'ip_vs', shows: '/proc/net/ip_vs' },
    // One that there is no other for stays as it is.
    ...(engine === undefined || (engine === 'agent' && known.agent !== undefined) ? [agentProgram(known)] : []),
    // The parameters of ip_vs exist once it is loaded, which the first look at a new host comes too early for.
    ...fileWants(
      files.filter(({ path }) => engine !== 'keepalived' || path !== AGENT_UNIT_FILE),
      engine,
    ).map((want) =>
      want.path === SYSCTL_FILE ? { ...want, afterwards: ['sysctl', '-e', '-q', '-p', SYSCTL_FILE] } : want,
    ),
    ...sysctlWants(DIRECTOR_SYSCTLS),
    ...services(engine ?? 'keepalived'),
    ...(engine === 'agent' ? [] : leftoversOfAgent()),
    ...(known.backup ? strayAddresses(cluster, known) : []),
    ...(known.runs !== undefined && known.runs === engine ? kernelTable(cluster, known) : []),
  ];
}

/** Debian starts keepalived as soon as it is installed and has a configuration, and that stops the agent. */
function packages(cluster: Cluster, known: Known): Want {
  return {
    kind: 'packages',
    names: ['keepalived', 'ipvsadm'],
    localMount: cluster.packages.localMount,
    platform: known.platform,
    advice: 'Where no package can be had, `engine: agent` in the inventory does without.',
    ...(known.runs === 'agent' && { feltBecause: 'keepalived takes over from the agent' }),
  };
}

/** An engine as BACKUP does not look at addresses that it did not add itself; two holders are two answers to ARP. */
function strayAddresses(cluster: Cluster, known: Known): readonly AddressWant[] {
  return cluster.vrrp_instance.virtual_ipaddress.map(({ address, prefix }) => ({
    kind: 'address',
    address: `${address}/${prefix}`,
    device: known.interface,
    present: false,
    reason: 'this director is BACKUP and must not hold the virtual address',
  }));
}

/**
 * A real server that was not seen to listen is taken out by its health check sooner or later, and rightly so. Of one
 * that has a check of its own, and of a sorry server, the engine alone knows: putting back what a check took out would
 * send clients into the void.
 */
function kernelTable(cluster: Cluster, known: Known): readonly IpvsWant[] {
  return tables(cluster).map((table, index) => {
    const server = cluster.virtualServers[index];
    const special = server?.pool.filter(({ raw }) => raw !== undefined) ?? [];
    const silent = table.destinations.map(({ address }) => address).filter((address) => !known.serving.has(address));
    const sorry = (server?.raw ?? '')
      .split('\n')
      .map(wordsOf)
      .filter(([word]) => word === 'sorry_server');
    return {
      ...table,
      ...(known.engine === 'agent' && { keptBy: AGENT_UNIT }),
      undecided: new Set([
        ...special.map(({ address, port }) => `${address}:${port}`),
        ...silent,
        ...sorry.map(([, address = '', port = '']) => `${address}:${port}`),
      ]),
    };
  });
}

/** The kernel's table as the inventory describes it, every real server in rotation. */
export function tables(cluster: Cluster): readonly IpvsWant[] {
  return cluster.virtualServers.map((server) => ({
    kind: 'ipvs',
    service: `${server.vip}:${server.port}`,
    scheduler: server.lb_algo,
    persistence: server.persistence_timeout,
    undecided: new Set(),
    destinations: server.pool.map(({ address, port, weight }) => ({ address: `${address}:${port}`, weight })),
  }));
}

import type { Cluster, Director } from '../inventory/cluster.ts';
import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import { desiredServices } from '../keepalived/ipvs/services.ts';
import type { RealServer, VirtualServer } from '../keepalived/model/check.ts';
import { type RenderedConf, readRendered } from '../render/rendered-conf.ts';
import type { IpvsHave } from '../resources/ipvs-table.ts';
import { ENGINE, type IpvsWant } from '../resources/ipvs.ts';

/**
 * What a director's keepalived.conf puts into the kernel's table, every real server in rotation: whatever shape a
 * virtual server has, the table follows from the file that is deployed. Empty when the file cannot be understood.
 */
export function kernelTable(cluster: Cluster, director: Director): readonly IpvsWant[] {
  return tableOf(readRendered(cluster, director));
}

/** Virtual services of the kernel that the inventory does not have. None when it is not known what it has. */
export function strayServices(
  cluster: Cluster,
  director: Director,
  have: ReadonlyMap<string, IpvsHave>,
): readonly IpvsWant[] {
  const read = readRendered(cluster, director);
  if (read.conf === undefined) return [];
  const known = new Set(tableOf(read).map(({ service }) => nameOfService(service.id)));
  return [...have]
    .filter(([name]) => !known.has(name))
    .map(([, { id, scheduler }]) => ({
      kind: 'ipvs',
      service: { id, scheduler, flags: 0, timeout: 0, netmask: 0, persistenceEngine: undefined, destinations: [] },
      decidedBy: new Map(),
      absent: true,
    }));
}

/** The same of a file that was read. */
export function tableOf({ conf, virtualServers }: RenderedConf): readonly IpvsWant[] {
  const groups = conf?.check.virtual_server_group ?? [];
  return [...virtualServers()].flatMap((server) => {
    const states = server.real_server.map((real) => ({ server: real, weight: real.weight, present: true }));
    return desiredServices(server, groups, states).map((service) => {
      const names = service.destinations.map(nameOfPlace);
      return { kind: 'ipvs', service, decidedBy: decisionsOf(server, service.id.kind, names) };
    });
  });
}

/** @param names of the destinations, each once */
function decisionsOf(
  server: VirtualServer,
  kind: 'address' | 'fwmark',
  names: readonly string[],
): ReadonlyMap<string, string> {
  const byAddress = new Map(server.real_server.map((real) => [real.address, real]));
  const byPlace = new Map(server.real_server.map((real) => [nameOfPlace(real), real]));
  const decided = names.flatMap((name): readonly (readonly [string, string])[] => {
    const real = byPlace.get(name) ?? byAddress.get(name.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''));
    const who = real === undefined ? undefined : decision(real);
    return who === undefined ? [] : [[name, who]];
  });
  const { sorry_server: sorry } = server;
  if (sorry === undefined) return new Map(decided);
  const port = sorry.lb_kind === 'NAT' ? sorry.port : kind === 'fwmark' ? 0 : undefined;
  const places = names.length === 0 || port !== undefined ? [port ?? sorry.port] : portsOf(names);
  return new Map([
    ...decided,
    ...places.map((at) => [nameOfPlace({ address: sorry.address, port: at }), ENGINE] as const),
  ]);
}

function portsOf(names: readonly string[]): readonly number[] {
  return [...new Set(names.map((name) => Number(name.slice(name.lastIndexOf(':') + 1))))];
}

/** lvsctl sees who listens, so it knows what a single TCP_CHECK finds. */
function decision({ alpha, checkers }: RealServer): string | undefined {
  const [first, ...others] = checkers;
  if (first === undefined) return undefined;
  if (first.kind !== 'TCP_CHECK' || others.length > 0 || alpha || first.alpha) return ENGINE;
  return nameOfPlace({ address: first.connect_ip, port: first.connect_port });
}

import { type Cluster, endpointsOf } from '../inventory/cluster.ts';
import type { ServiceId } from '../keepalived/ipvs/table.ts';
import type { DirectorStatus } from './director.ts';

/** A virtual service in the kernel of a director, compared with the inventory. */
export interface ServiceStatus {
  /** address:port */
  readonly service: string;
  /** Undefined when absent from the kernel. */
  readonly scheduler: string | undefined;
  readonly realServers: readonly RealServerStatus[];
}

export interface RealServerStatus {
  /** Undefined when absent from the inventory. */
  readonly name: string | undefined;
  /** address:port */
  readonly address: string;
  /** `down`: removed by a health check, or set to weight 0. */
  readonly health: 'up' | 'down' | 'drained' | 'stranger';
  /** Undefined when absent from the table. */
  readonly weight: number | undefined;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}

/** The services of the inventory, and any others that the kernel has for its virtual addresses. */
export function servicesOf(cluster: Cluster, status: DirectorStatus): readonly ServiceStatus[] {
  const wanted = cluster.virtualServers.map(({ name }) => name);
  const vips = new Set(cluster.virtualServers.flatMap(endpointsOf).map(({ vip }) => vip));
  const others = [...status.table.keys()].filter(
    (service) => !wanted.includes(service) && isOn(vips, status.table.get(service)?.id),
  );
  return [...wanted, ...others].map((service) => serviceOf(cluster, status, service));
}

function isOn(vips: ReadonlySet<string>, id: ServiceId | undefined): boolean {
  return id?.kind === 'address' && vips.has(id.address);
}

function serviceOf(cluster: Cluster, { table }: DirectorStatus, service: string): ServiceStatus {
  const pool = cluster.virtualServers.find((server) => server.name === service)?.pool ?? [];
  const members = pool.map(({ name, address, port, weight }) => ({ name, address: `${address}:${port}`, weight }));
  const found = table.get(service);
  const there = new Map([...(found?.destinations ?? [])].map(([address, { weight }]) => [address, weight]));
  const count = (address: string) => {
    const { active = 0, inactive = 0 } = found?.destinations.get(address) ?? {};
    return { activeConnections: active, inactiveConnections: inactive };
  };
  const known = members.map(({ name, address, weight }): RealServerStatus => {
    const has = there.get(address);
    const health = weight === 0 && has !== undefined ? 'drained' : has === undefined || has === 0 ? 'down' : 'up';
    return { name, address, health, weight: has, ...count(address) };
  });
  const ours = new Set(members.map(({ address }) => address));
  const strangers = [...there]
    .filter(([address]) => !ours.has(address))
    .map(([address, weight]): RealServerStatus => ({
      name: undefined,
      address,
      health: 'stranger',
      weight,
      ...count(address),
    }));
  return { service, scheduler: found?.scheduler, realServers: [...known, ...strangers] };
}

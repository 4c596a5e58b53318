import { type Cluster, type VirtualServer, endpointsOf } from '../inventory/cluster.ts';
import { virtualServersOn } from '../inventory/virtual-servers.ts';
import { SORRY_SERVER, sorryServerOf } from '../inventory/sorry-server.ts';
import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import type { ServiceId } from '../keepalived/ipvs/table.ts';
import type { DirectorStatus } from './director.ts';

/** A virtual service in the kernel of a director, compared with the inventory. */
export interface ServiceStatus {
  /** Its name in the kernel's table, such as 192.168.168.12:80 or fwmark 80. */
  readonly service: string;
  /** Undefined when absent from the kernel. */
  readonly scheduler: string | undefined;
  readonly realServers: readonly RealServerStatus[];
}

export interface RealServerStatus {
  /** `sorry server` for that one; undefined when absent from the inventory. */
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

/** The services of the inventory, IPv4 first, and any others that the kernel has for its virtual addresses. */
export function servicesOf(cluster: Cluster, status: DirectorStatus): readonly ServiceStatus[] {
  const wanted = virtualServersOn(cluster, status.host)
    .toSorted((one, other) => FAMILIES.indexOf(one.family) - FAMILIES.indexOf(other.family))
    .flatMap((server) => kernelNames(server).map(({ name, port }) => ({ name, port, server })));
  const names = new Set(wanted.map(({ name }) => name));
  const vips = new Set(cluster.virtualServers.flatMap(endpointsOf).map(({ vip }) => vip));
  const others = [...status.table.keys()].filter(
    (service) => !names.has(service) && isOn(vips, status.table.get(service)?.id),
  );
  return [
    ...wanted.map(({ name, port, server }) => serviceOf(status, name, server, port)),
    ...others.map((name) => serviceOf(status, name, undefined, 0)),
  ];
}

const FAMILIES = ['ipv4', 'ipv6'];

/** The services of the kernel that a virtual server stands for, and the port of destinations without their own. */
function kernelNames(server: VirtualServer): readonly { readonly name: string; readonly port: number }[] {
  const { name, target, protocol } = server;
  if (target.kind !== 'group') return [{ name, port: 0 }];
  return target.endpoints.map(({ vip, port }) => ({
    name: nameOfService({ kind: 'address', protocol, address: vip, port }),
    port,
  }));
}

function isOn(vips: ReadonlySet<string>, id: ServiceId | undefined): boolean {
  return id?.kind === 'address' && vips.has(id.address);
}

function serviceOf(
  { table }: DirectorStatus,
  service: string,
  server: VirtualServer | undefined,
  otherwise: number,
): ServiceStatus {
  const members = (server?.pool ?? []).map(({ name, address, port, weight }) => ({
    name,
    address: nameOfPlace({ address, port: port === 0 ? otherwise : port }),
    weight,
  }));
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
  const sorry = server === undefined ? undefined : sorryServerOf(server);
  const strangers = [...there]
    .filter(([address]) => !ours.has(address))
    .map(([address, weight]): RealServerStatus => {
      const isSorry = sorry !== undefined && address.startsWith(nameOfPlace({ address: sorry, port: 0 }).slice(0, -1));
      return {
        name: isSorry ? SORRY_SERVER : undefined,
        address,
        health: isSorry ? 'up' : 'stranger',
        weight,
        ...count(address),
      };
    });
  return { service, scheduler: found?.scheduler, realServers: [...known, ...strangers] };
}

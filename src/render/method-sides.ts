import type {
  Forwarding,
  HostSide,
  MethodCluster,
  MethodMember,
  MethodService,
  Part,
} from '../forwarding/forwarding.ts';
import { MARK_TRACES, type Mark, type MarkedSegment, markingSide } from '../forwarding/marks.ts';
import { METHODS } from '../forwarding/methods.ts';
import { type Cluster, type Host, virtualAddressesOf } from '../inventory/cluster.ts';
import { addressFor } from '../inventory/networks.ts';
import { methodClusters, methodHost } from '../inventory/method-cluster.ts';

/** What a host needs: of each method that it takes part in, in the order of the virtual servers, then for marks. */
export function sidesOf(cluster: Cluster, host: Host): readonly HostSide[] {
  const methods = [...viewsOf(cluster)].flatMap(([method, view]) => {
    const part = partOf(cluster, host, view);
    return part.isDirector || part.isRealServer ? [method.host(part)] : [];
  });
  const marking = markingSide(markedSegments(cluster, host));
  return marking === undefined ? methods : [...methods, marking];
}

/** Names of packages, and those of methods added; `unless` is as in a want. */
export function packagesFor(sides: readonly HostSide[], own: readonly string[]) {
  const added = sides.flatMap(({ packages }) => packages);
  return {
    names: [...new Set([...own, ...added.map(({ name }) => name)])],
    unless: Object.fromEntries(added.map(({ name, unless }) => [name, unless])),
  };
}

/** Files and units of what a host takes no part in, or no longer. */
export function tracesOf(sides: readonly HostSide[]): Forwarding['traces'] {
  const files = new Set(sides.flatMap((side) => side.files.map(({ path }) => path)));
  const units = new Set(sides.flatMap((side) => side.units.map(({ name }) => name)));
  const all = [...Object.values(METHODS).map(({ traces }) => traces), MARK_TRACES];
  return {
    files: all.flatMap((trace) => trace.files).filter((path) => !files.has(path)),
    units: all.flatMap((trace) => trace.units).filter((unit) => !units.has(unit)),
  };
}

/** The services of marks by the director's address on their segment; none for a host that is no director. */
function markedSegments(cluster: Cluster, host: Host): readonly MarkedSegment[] {
  if (!cluster.directors.some(({ name }) => name === host.name)) return [];
  const segments = new Map<string, Mark[]>();
  for (const { target, protocol } of cluster.virtualServers) {
    if (target.kind !== 'fwmark') continue;
    const own = (vip: string): string => addressFor(cluster, host, vip) ?? host.address;
    for (const address of new Set(target.marks.map(({ vip }) => own(vip)))) {
      const endpoints = target.marks.filter(({ vip }) => own(vip) === address);
      segments.set(address, [...(segments.get(address) ?? []), { mark: target.fwmark, protocol, endpoints }]);
    }
  }
  const twoRoles = cluster.realServers.some(({ name }) => name === host.name);
  const others = twoRoles ? cluster.directors.filter(({ name }) => name !== host.name) : [];
  return [...segments].map(([address, marks]) => ({
    address,
    marks,
    peers: others.flatMap((other) => addressFor(cluster, other, address) ?? []),
  }));
}

/** A cluster as one method sees it, prepared for many hosts. */
interface MethodView {
  readonly all: MethodCluster;
  readonly alone: boolean;
  /** The services of each real server, with itself as the only member. */
  readonly own: ReadonlyMap<string, readonly MethodService[]>;
  /** Virtual addresses of services and floating addresses, of any method. */
  readonly taken: ReadonlySet<string>;
}

/** Of clusters that were asked for, because every host asks, and a cluster may have hundreds of hosts and services. */
const VIEWS = new WeakMap<Cluster, ReadonlyMap<Forwarding, MethodView>>();

function viewsOf(cluster: Cluster): ReadonlyMap<Forwarding, MethodView> {
  const known = VIEWS.get(cluster);
  if (known !== undefined) return known;
  const methods = methodClusters(cluster);
  const [any] = methods.values();
  const services = [...(any?.services ?? []), ...(any?.otherServices ?? [])];
  const taken = new Set([
    ...services.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip)),
    ...Object.values(METHODS).flatMap((method) => (any === undefined ? [] : method.floating(any.settings))),
  ]);
  const views = new Map(
    [...methods].map(([method, all]) => [
      method,
      { all, alone: methods.size === 1, own: byMember(all.services), taken },
    ]),
  );
  VIEWS.set(cluster, views);
  return views;
}

function byMember(services: readonly MethodService[]): MethodView['own'] {
  const found = new Map<string, MethodService[]>();
  for (const service of services) {
    const own = new Map<string, MethodMember[]>();
    for (const member of service.members) own.set(member.name, [...(own.get(member.name) ?? []), member]);
    for (const [name, members] of own) {
      const before = found.get(name);
      if (before === undefined) found.set(name, [{ ...service, members }]);
      else before.push({ ...service, members });
    }
  }
  return found;
}

function partOf(cluster: Cluster, host: Host, { all, alone, own, taken }: MethodView): Part {
  const ownServices = own.get(host.name) ?? [];
  const vips = new Set(ownServices.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip)));
  return {
    ...all,
    host: methodHost(host),
    isDirector: cluster.directors.some(({ name }) => name === host.name),
    isRealServer: ownServices.length > 0,
    alone,
    ownServices,
    // Those of its services, and those that no service has: rules of the user's own may send packets for them.
    vips:
      ownServices.length === 0
        ? []
        : virtualAddressesOf(cluster)
            .map(({ address }) => address)
            .filter((address) => vips.has(address) || !taken.has(address)),
  };
}

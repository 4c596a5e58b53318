import { type Cluster, hostsOf, virtualAddressesOf } from '../inventory/cluster.ts';
import { layOut, nameFor, type Wish, type WishedHost } from './lay-out.ts';
import { containsAddress, freeAddress, spelt } from './subnet.ts';
import type { Topology } from './topology.ts';

/**
 * The lab that a cluster needs. One whose inventory names no client gets one, since the cluster is verified from a
 * client; `client: local` is not in the lab and gets one, too. Pure.
 * @throws Failure `lab` for what a lab cannot be
 */
export function topologyOf(cluster: Cluster): Topology {
  const wish = withClient(wishOf(cluster));
  return layOut({ ...wish, reach: reachOf(cluster, wish) });
}

function wishOf(cluster: Cluster): Wish {
  return {
    networks: cluster.networks,
    hosts: wishedHosts(cluster),
    reach: [],
    vips: virtualAddressesOf(cluster).map(({ address }) => address),
    reserved: [],
    added: [],
  };
}

/** Each host once, with all its roles. */
function wishedHosts(cluster: Cluster): readonly WishedHost[] {
  const hosts = new Map<string, WishedHost>();
  for (const { host, role } of hostsOf(cluster)) {
    if (host.access.kind === 'local') continue;
    const former = hosts.get(host.name);
    const { addresses } = host;
    hosts.set(host.name, {
      name: host.name,
      roles: [...(former?.roles ?? []), role],
      addresses: [...new Set([...(former?.addresses ?? []), ...addresses])],
      interfaces: former?.interfaces ?? [],
    });
  }
  for (const { director, interface: device, address } of cluster.instances.flatMap(({ members }) => members)) {
    const host = hosts.get(director);
    if (host === undefined || device === 'auto' || host.interfaces.some(({ name }) => name === device)) continue;
    hosts.set(director, { ...host, interfaces: [...host.interfaces, { name: device, near: address }] });
  }
  return [...hosts.values()];
}

/** The client is in every network that has a VIP, or else in that of the first director. */
function withClient(wish: Wish): Wish {
  if (wish.hosts.some(({ roles }) => roles.includes('client'))) return wish;
  const director = wish.hosts.find(({ roles }) => roles.includes('director'));
  const taken = new Set([...wish.hosts.flatMap(({ addresses }) => addresses), ...wish.vips].map(spelt));
  const within = (addresses: readonly string[]): readonly string[] =>
    wish.networks.map(({ cidr }) => cidr).filter((cidr) => addresses.some((one) => containsAddress(cidr, one)));
  const ofVips = within(wish.vips);
  const networks = ofVips.length > 0 ? ofVips : within(director?.addresses.slice(0, 1) ?? []);
  const addresses = networks.flatMap((cidr) => freeAddress(cidr, taken, 'top') ?? []);
  const client: WishedHost = { name: nameFor(wish, 'c1'), roles: ['client'], addresses, interfaces: [] };
  return { ...wish, hosts: [...wish.hosts, client], added: [client.name] };
}

/** Methods by which real servers reply to clients directly. */
const PAST_DIRECTOR: ReadonlySet<string> = new Set(['DR', 'TUN']);

/** Who talks to whom: only with NAT do replies go back through the directors, and real servers reach no client. */
function reachOf(cluster: Cluster, { hosts }: Wish): Wish['reach'] {
  const named = (role: WishedHost['roles'][number]): readonly string[] =>
    hosts.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
  const [directors, clients] = [named('director'), named('client')];
  const toVip = clients.flatMap((client) => directors.map((director) => [client, director] as const));
  const between = directors.flatMap((one) => directors.map((other) => [one, other] as const));
  const services = cluster.virtualServers.flatMap(({ lb_kind, pool }) =>
    pool.flatMap(({ name }) => {
      const replies = clients.map((client) => [client, name] as const);
      return [
        ...directors.map((director) => [director, name] as const),
        ...(PAST_DIRECTOR.has(lb_kind) ? replies : []),
      ];
    }),
  );
  return [...toVip, ...between, ...services];
}

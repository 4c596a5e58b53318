import { METHODS } from '../forwarding/methods.ts';
import { type Cluster, type Director, type RealServer, type VirtualServer, endpointsOf } from '../inventory/cluster.ts';
import { addressFor } from '../inventory/networks.ts';
import type { LvsSyncDaemon } from '../keepalived/model/conf.ts';
import type { VrrpGlobals, VrrpInstance } from '../keepalived/model/vrrp.ts';
import { familyOf } from '../keepalived/text/address.ts';
import type { Entry } from '../keepalived/write.ts';
import type { Packet, TrackedState } from '../observe/ruleset.ts';
import { readRendered } from '../render/rendered-conf.ts';

/** Packets that a host has to accept, forward or send for the cluster to work. */
export interface Opening extends Omit<Packet, 'state' | 'device' | 'outDevice'> {
  /** The host's own address on the interface that they arrive or leave on; undefined where it may be any. */
  readonly at: string | undefined;
  /** What connection tracking may make of them; see docs/decisions/what-a-firewall-must-accept.md. */
  readonly states: readonly TrackedState[];
  /** In messages: `connections to 192.168.168.12:80`. */
  readonly what: string;
  /** Whether the cluster fails without it at once. */
  readonly essential: boolean;
}

export const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
export const VRRP = 112;

/** The multicast group of ip_vs_sync.c, and its port. */
const SYNC = { group: '224.0.0.81', port: 8848 } as const;

/** Of a director: from other directors, and from clients. */
export function directorOpenings(cluster: Cluster, host: Director): readonly Opening[] {
  const servers = cluster.virtualServers.filter(({ directors }) => directors?.includes(host.name) !== false);
  return distinct([
    ...betweenDirectors(cluster, host),
    ...servers.flatMap((server) => fromClients(cluster, host, server)),
    ...servers.flatMap((server) => (server.lb_kind === 'NAT' ? repliesOf(cluster, server) : [])),
    ...servers.flatMap((server) => checkReplies(cluster, host, server)),
  ]);
}

/** Advertisements, and what the sync daemon sends. */
function betweenDirectors(cluster: Cluster, host: Director): readonly Opening[] {
  const { conf } = readRendered(cluster, host);
  if (conf === undefined) return [];
  const adverts = conf.vrrp.vrrp_instance.flatMap((instance): readonly Opening[] => {
    const member = cluster.instances
      .find(({ name }) => name === instance.name)
      ?.members.find(({ director }) => director === host.name);
    if (member === undefined || cluster.directors.length < 2) return [];
    const common = { ...NEW, family: instance.family, protocol: VRRP, at: member.address };
    if (instance.unicast_peer.length > 0)
      return instance.unicast_peer.map(({ address }) => ({
        ...common,
        source: address,
        destination: instance.unicast_src_ip ?? member.address,
        what: `VRRP advertisements of ${address}`,
      }));
    return advertisedTo(instance, conf.vrrp.globals).map((destination) => ({
      ...common,
      destination,
      what: `VRRP advertisements to ${destination}`,
    }));
  });
  const sync = syncOf(conf.global_defs.lvs_sync_daemon);
  if (sync === undefined) return adverts;
  const { destination, port } = sync;
  const what = `synchronised connections to ${destination}:${port}/udp`;
  const common = { ...NEW, essential: false, family: familyOf(destination), protocol: PROTOCOLS.UDP };
  return [...adverts, { ...common, destination, port, at: undefined, what }];
}

/** Where a VRRP instance sends its advertisements. */
export function advertisedTo(
  { family, unicast_peer, mcast_dst_ip }: VrrpInstance,
  { vrrp_mcast_group4, vrrp_mcast_group6 }: VrrpGlobals,
): readonly string[] {
  if (unicast_peer.length > 0) return unicast_peer.map(({ address }) => address);
  return [mcast_dst_ip ?? (family === 'ipv4' ? vrrp_mcast_group4 : vrrp_mcast_group6)];
}

/** Where the sync daemon sends connections to; undefined where there is none. */
export function syncOf(daemon: LvsSyncDaemon | undefined) {
  if (daemon === undefined) return undefined;
  return { destination: daemon.group ?? SYNC.group, port: daemon.port ?? SYNC.port };
}

const NEW = { hook: 'input', states: ['new'], essential: true } as const;

/** IPVS takes packets for a virtual address behind the filter of the input hook (ip_vs_core.c, ip_vs_ops4). */
function fromClients(cluster: Cluster, host: Director, server: VirtualServer): readonly Opening[] {
  // Masquerading sets net.ipv4.vs.conntrack, so that connections are tracked.
  const isTracked = cluster.nat?.wayBack === 'masquerade';
  return endpointsOf(server).flatMap(({ vip, port }): readonly Opening[] => {
    const family = familyOf(vip);
    const at = addressFor(cluster, host, vip);
    const common = { ...NEW, family, destination: vip, at };
    const clients = { ...common, ...portsOf(server, port), what: `connections to ${placeOf(vip, port, server)}` };
    return [
      clients,
      // IPVS keeps its packets out of connection tracking, to which FIN and RST are then invalid.
      ...(server.protocol === 'UDP' || isTracked
        ? []
        : [{ ...clients, states: ['invalid'] as const, essential: false, what: `the end of ${clients.what}` }]),
      {
        ...common,
        ...TOO_BIG[family],
        states: isTracked ? ['related'] : ['related', 'invalid'],
        essential: false,
        what: `ICMP errors of path MTU to ${vip}`,
      },
    ];
  });
}

/** ICMP fragmentation needed, ICMPv6 packet too big. */
const TOO_BIG = { ipv4: { protocol: 1, icmpType: 3 }, ipv6: { protocol: 58, icmpType: 2 } } as const;

export function portsOf({ protocol }: Pick<VirtualServer, 'protocol'>, port: number) {
  return { protocol: PROTOCOLS[protocol], ...(port > 0 && { port }) };
}

export function placeOf(address: string, port: number, { protocol }: Pick<VirtualServer, 'protocol'>): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}${port > 0 ? `:${port}` : ''}${protocol === 'TCP' ? '' : `/${protocol.toLowerCase()}`}`;
}

/** Under NAT replies pass the forward hook with the address of the real server, before IPVS puts the virtual one back. */
function repliesOf({ nat }: Cluster, server: VirtualServer): readonly Opening[] {
  // Without net.ipv4.vs.conntrack the first reply, a SYN and ACK, is invalid.
  const untracked = server.protocol === 'UDP' ? (['new'] as const) : (['invalid', 'new'] as const);
  const states = nat?.wayBack === 'masquerade' ? (['established'] as const) : untracked;
  return server.pool.flatMap(({ name, address, port }): readonly Opening[] =>
    portsIn(server, port).map((one) => ({
      ...NEW,
      hook: 'forward',
      family: familyOf(address),
      protocol: PROTOCOLS[server.protocol],
      source: address,
      ...(one > 0 && { sourcePort: one }),
      at: undefined,
      states,
      what: `replies of ${name} from ${placeOf(address, one, server)}`,
    })),
  );
}

/** A firewall that accepts no established connections drops what real servers answer to health checks. */
function checkReplies(cluster: Cluster, host: Director, server: VirtualServer): readonly Opening[] {
  return server.pool
    .filter(({ name }) => name !== host.name)
    .flatMap(({ name, address, port, conf }) => {
      const own = addressFor(cluster, host, address);
      return conf.flatMap((entry) =>
        checksOf(entry, port, server).map((check): Opening => ({
          ...NEW,
          states: ['established'],
          family: familyOf(address),
          protocol: check.protocol,
          source: address,
          sourcePort: check.port,
          destination: own,
          at: own,
          what: `replies of ${name} to ${check.what}`,
        })),
      );
    });
}

/** The TCP ports that health checks of a director connect to. */
export function checkedPorts({ virtualServers }: Cluster, { name }: Director): readonly number[] {
  const own = virtualServers.filter(({ directors }) => directors?.includes(name) !== false);
  const checks = own.flatMap((server) =>
    server.pool.flatMap(({ port, conf }) => conf.flatMap((entry) => checksOf(entry, port, server))),
  );
  return [...new Set(checks.filter(({ protocol }) => protocol === PROTOCOLS.TCP).map(({ port }) => port))];
}

/** The ports of a real server: 0 keeps those of the virtual server. */
export function portsIn(server: VirtualServer, port: number): readonly number[] {
  const kept = [...new Set(endpointsOf(server).map((one) => one.port))];
  return port !== 0 || kept.length === 0 ? [port] : kept;
}

/** Of a real server: from clients by way of a director, and health checks of every director. */
export function realServerOpenings(cluster: Cluster, host: RealServer): readonly Opening[] {
  return distinct(
    cluster.virtualServers.flatMap((server) => {
      const directors = cluster.directors.filter(({ name }) => server.directors?.includes(name) !== false);
      return server.pool
        .filter(({ name }) => name === host.name)
        .flatMap((member): readonly Opening[] => {
          const { address, conf } = member;
          const peers = directors.flatMap((director) => addressFor(cluster, director, address) ?? []);
          const common = { ...NEW, family: familyOf(address), destination: address, at: address };
          return [
            ...served(cluster, server, member.port, common, peers),
            ...conf.flatMap((entry) =>
              checksOf(entry, member.port, server).flatMap(({ what, ...check }) =>
                peers.map((source) => ({ ...common, ...check, source, what: `${what} of ${source}` })),
              ),
            ),
          ];
        });
    }),
  );
}

type Common = typeof NEW & { readonly family: Packet['family']; readonly destination: string; readonly at: string };

function served(
  cluster: Cluster,
  server: VirtualServer,
  port: number,
  common: Common,
  directors: readonly string[],
): readonly Opening[] {
  const { keepsDestination } = METHODS[server.lb_kind];
  if (!keepsDestination) {
    const sources = cluster.nat?.wayBack === 'masquerade' ? directors : [undefined];
    return portsIn(server, port).flatMap((one) =>
      sources.map((source) => ({
        ...common,
        ...portsOf(server, one),
        source,
        what: `connections to ${placeOf(common.destination, one, server)}`,
      })),
    );
  }
  const wrapped = server.lb_kind === 'TUN';
  return [
    ...endpointsOf(server).map((one): Opening => ({
      ...common,
      ...portsOf(server, one.port),
      family: familyOf(one.vip),
      destination: one.vip,
      at: wrapped ? undefined : common.at,
      what: `connections to ${placeOf(one.vip, one.port, server)}`,
    })),
    ...(wrapped ? directors : []).map((source) => ({
      ...common,
      ...outerOf(cluster, common.family),
      source,
      what: `the tunnel of ${source}`,
    })),
  ];
}

/** Protocols of the outer packet by its family: IPv4 or IPv6 in it, GRE; GUE is UDP. */
const TUNNELS = { ipip: { ipv4: 4, ipv6: 41 }, gre: { ipv4: 47, ipv6: 47 }, gue: 'udp' } as const;

export function outerOf({ tun }: Cluster, family: Packet['family']) {
  const outer = TUNNELS[tun.type];
  return outer === 'udp' ? { protocol: PROTOCOLS.UDP, port: tun.port } : { protocol: outer[family] };
}

/** Where a check of keepalived connects to. */
export function checksOf(entry: Entry, port: number, server: VirtualServer) {
  if (!('keyword' in entry)) return [];
  const { keyword, block = [] } = entry;
  const of = (name: string): string | undefined =>
    block.flatMap((one) => ('keyword' in one && one.keyword === name ? (one.words[0] ?? []) : []))[0];
  // A check may ask another host.
  if (of('connect_ip') !== undefined) return [];
  const ports = of('connect_port') === undefined ? portsIn(server, port) : [Number(of('connect_port'))];
  const protocol = CHECKS.get(keyword);
  if (protocol === undefined) return [];
  return ports.filter((one) => one > 0).map((one) => ({ protocol, port: one, what: `health checks on port ${one}` }));
}

const CHECKS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    TCP_CHECK: PROTOCOLS.TCP,
    HTTP_GET: PROTOCOLS.TCP,
    SSL_GET: PROTOCOLS.TCP,
    SMTP_CHECK: PROTOCOLS.TCP,
    UDP_CHECK: PROTOCOLS.UDP,
  }),
);

export function distinct(openings: readonly Opening[]): readonly Opening[] {
  return [...new Map(openings.map((one) => [JSON.stringify(one), one])).values()];
}

import type { Secret } from '../text/secret.ts';
import type { LbKind, NatSettings, TunSettings } from '../forwarding/forwarding.ts';
import type { Family } from '../keepalived/text/address.ts';
import type { Entry } from '../keepalived/write.ts';
import type { Resemblance } from '../platforms/platforms.ts';
import type { Access } from '../remote/access.ts';
import type { PackageSources } from './package-sources.ts';
import type { StatusSet } from './status-set.ts';

/**
 * A cluster as every later step sees it: complete, checked and with every default filled in.
 * Keepalived's things keep keepalived's words, so that its manual stays useful.
 */
export interface Cluster {
  readonly name: string;
  /** The segments that its hosts are on. */
  readonly networks: readonly Network[];
  /** In the order of their priority in the first VRRP instance. */
  readonly directors: readonly Director[];
  readonly realServers: readonly RealServer[];
  /** The third host on the path, from which the cluster is proven; undefined when the inventory names none. */
  readonly client: Client | undefined;
  readonly global_defs: GlobalDefs;
  /** None where the directors get their virtual addresses in another way. */
  readonly instances: readonly VrrpInstance[];
  readonly syncGroups: readonly SyncGroup[];
  readonly virtualServers: readonly VirtualServer[];
  /** What keepalived.conf has outside of all blocks, such as a vrrp_script: keywords, then the raw block. */
  readonly conf: readonly Entry[];
  /** Values that are never shown, wherever they stand. */
  readonly secrets: readonly Secret[];
  readonly packages: PackageSources;
  readonly firewall: FirewallPolicy;
  readonly web: Web;
  /** undefined where the inventory says nothing of it */
  readonly nat: NatSettings | undefined;
  readonly tun: TunSettings;
  /** Files of the user's own for the directors. */
  readonly files: readonly PushedFile[];
}

/** The addresses of a segment: `192.168.168.0/24`, `fd00::/64`. */
export interface Network {
  readonly name: string;
  readonly cidr: string;
  /** The name of the first network of its segment, where that is another one. */
  readonly segment?: string;
}

export type Role = 'director' | 'real-server' | 'client';

/** A host with its roles. */
export interface Member {
  readonly host: Host;
  /** The first of its roles: a director that is a real server too is changed when directors are. */
  readonly role: Role;
  readonly director: Director | undefined;
  readonly realServer: RealServer | undefined;
  readonly client: Client | undefined;
}

export interface Host {
  readonly name: string;
  /** The address that SSH reaches, and the DIP of a director or RIP of a real server for VIPs of its family. */
  readonly address: string;
  /** Of every network and family, `address` first. */
  readonly addresses: readonly string[];
  readonly access: Access;
  readonly platform: Resemblance;
}

/** Which program keeps the virtual addresses on a director; `auto` leaves it to what its host offers. */
export type EnginePolicy = 'auto' | Engine;

/** The program that keeps the virtual addresses and the table on a director. Both read the same keepalived.conf. */
export type Engine = 'keepalived' | 'agent';

/** What becomes of a firewall that drops packets of the cluster: rules are added, the host is refused, or nothing. */
export type FirewallPolicy = 'manage' | 'check' | 'ignore';

export interface Director extends Host {
  readonly router_id: string;
  readonly engine: EnginePolicy;
}

export interface RealServer extends Host {
  /** Outside of pools; 0 takes no new connections. */
  readonly weight: number;
  /** undefined: that of each virtual server. */
  readonly port: number | undefined;
}

/** A real server as one virtual server sees it. */
export interface PoolMember {
  readonly name: string;
  /** Its address of the family of the virtual server. */
  readonly address: string;
  /** 0 is the port that the client connects to, which a virtual server of several ports keeps. */
  readonly port: number;
  readonly weight: number;
  /** Of the check that takes the real server out last. */
  readonly timing: CheckTiming;
  /** Its keywords and checks in keepalived.conf, then the raw block. */
  readonly conf: readonly Entry[];
}

/** How long a check takes to fail. */
export interface CheckTiming {
  readonly retry: number;
  /** seconds */
  readonly delay_before_retry: number;
}

export type Client = Host;

export interface GlobalDefs {
  readonly notification_email: readonly string[];
  readonly notification_email_from: string | undefined;
  readonly smtp_server: string | undefined;
  /** seconds */
  readonly smtp_connect_timeout: number | undefined;
  /** Its keywords in keepalived.conf, then the raw block. */
  readonly conf: readonly Entry[];
}

/** Of one family; an inventory's instance of both families is two. */
export interface VrrpInstance {
  readonly name: string;
  readonly family: Family;
  readonly version: 2 | 3;
  readonly virtual_router_id: number;
  /** seconds, in steps of a hundredth */
  readonly advert_int: number;
  readonly authentication: { readonly auth_type: 'PASS'; readonly auth_pass: Secret } | undefined;
  /** Those that are advertised. */
  readonly virtual_ipaddress: readonly VirtualAddress[];
  /** Those that move along without being advertised. */
  readonly virtual_ipaddress_excluded: readonly VirtualAddress[];
  readonly nopreempt: boolean;
  /** seconds; undefined leaves it out */
  readonly preempt_delay: number | undefined;
  /** The directors that take part, in the order of their priority. */
  readonly members: readonly InstanceMember[];
}

/** A director in one VRRP instance. */
export interface InstanceMember {
  /** The name of the director. */
  readonly director: string;
  /** Its address on the segment of the instance. */
  readonly address: string;
  readonly state: 'MASTER' | 'BACKUP';
  /** 1 to 255, which is for the owner of the address (RFC 9568 §5.2.4). */
  readonly priority: number;
  /** `auto` stands for the interface that holds `address`; rendering puts in the observed one. */
  readonly interface: string;
  /** Its keywords in keepalived.conf over those of the instance, then the raw blocks. */
  readonly conf: readonly Entry[];
}

export interface VirtualAddress {
  readonly address: string;
  readonly prefix: number;
  /** What follows it in keepalived.conf, such as `dev eth1 label eth1:1`. */
  readonly options: readonly string[];
  /** The inside address that real servers under NAT route through; its interface is that of its segment. */
  readonly gateway?: true;
}

/** Instances that are master on the same director. */
export interface SyncGroup {
  readonly name: string;
  /** Names of instances. */
  readonly instances: readonly string[];
  /** Whether lvsctl writes it; others are among the entries of the cluster. */
  readonly generated: boolean;
}

export type Scheduler =
  'rr' | 'wrr' | 'lc' | 'wlc' | 'sh' | 'dh' | 'mh' | 'sed' | 'nq' | 'lblc' | 'lblcr' | 'fo' | 'ovf' | 'twos';

export interface VirtualServer {
  /** In messages and in the IPVS table: `192.168.168.12:80`, `[fd00::12]:80`, `192.168.168.12:53/udp`, `fwmark 3`, `group web`. */
  readonly name: string;
  readonly target: Target;
  readonly protocol: Protocol;
  readonly family: Family;
  /** seconds */
  readonly delay_loop: number;
  readonly lb_algo: Scheduler;
  readonly lb_kind: LbKind;
  readonly nat_mask: string | undefined;
  /** Seconds; undefined without persistence. */
  readonly persistence_timeout: number | undefined;
  /** What verify and failover-test ask of an answer. */
  readonly verify: {
    /** Of its first port; `requestAt` has that of each port. */
    readonly request: RequestKind;
    /** The path of HTTP requests. */
    readonly path: string;
    /** Their host name; undefined is the virtual address. */
    readonly host: string | undefined;
    /** HTTP statuses that count as an answer */
    readonly status_code: StatusSet;
  };
  /** The names of the directors that have it; undefined for all. */
  readonly directors: readonly string[] | undefined;
  /** In the order of the inventory. */
  readonly pool: readonly PoolMember[];
  /** Its keywords in keepalived.conf, then the raw block. */
  readonly conf: readonly Entry[];
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** How a client asks a virtual server; `tcp` opens a connection, `udp` sends a datagram. */
export type RequestKind = 'http' | 'https' | 'tcp' | 'udp' | 'none';

/** What a virtual server stands for. */
export type Target =
  | { readonly kind: 'address'; readonly vip: string; readonly port: number }
  /** `marks`: the endpoints whose packets lvsctl marks; none where the rules are the user's own. */
  | { readonly kind: 'fwmark'; readonly fwmark: number; readonly marks: readonly Endpoint[] }
  /** A virtual_server_group, and its addresses with their ports. */
  | { readonly kind: 'group'; readonly group: string; readonly endpoints: readonly Endpoint[] };

/** An address and a port that clients connect to. */
export interface Endpoint {
  readonly vip: string;
  readonly port: number;
}

/** A file beside the inventory, and its place on the directors. */
export interface PushedFile {
  /** Absolute path on the host. */
  readonly path: string;
  readonly text: string;
  /** Permission bits, as 0o755. */
  readonly mode: number;
  /** The names of the directors that get it. */
  readonly directors: readonly string[];
}

/** What lvsctl manages of the web servers; by default nothing. */
export interface Web {
  readonly package: string | undefined;
  /** systemd unit without `.service` */
  readonly service: string | undefined;
  /** A page that names the real server, so that rotation can be seen. */
  readonly demoPage: boolean;
  /** The file of the demo page. */
  readonly demoPath: string;
}

/** Each host once with its roles, in the order in which a person reads an inventory. Names identify hosts. */
export function hostsOf({ directors, realServers, client }: Cluster): readonly Member[] {
  const directorNames = new Set(directors.map(({ name }) => name));
  const serverOf = new Map(realServers.map((server) => [server.name, server]));
  const none = { director: undefined, realServer: undefined, client: undefined };
  return [
    ...directors.map((director): Member => {
      const realServer = serverOf.get(director.name);
      return { ...none, host: director, role: 'director', director, realServer };
    }),
    ...realServers
      .filter(({ name }) => !directorNames.has(name))
      .map((realServer): Member => ({ ...none, host: realServer, role: 'real-server', realServer })),
    ...(client === undefined ? [] : [{ ...none, host: client, role: 'client', client } as const]),
  ];
}

/** The files of the user's own for a director. */
export function pushedTo({ files }: Pick<Cluster, 'files'>, { name }: Host): readonly PushedFile[] {
  return files.filter(({ directors }) => directors.includes(name));
}

/** Every virtual address that directors hold, each once. */
export function virtualAddressesOf({ instances }: Pick<Cluster, 'instances'>): readonly VirtualAddress[] {
  const all = instances.flatMap((one) => [...one.virtual_ipaddress, ...one.virtual_ipaddress_excluded]);
  return [...new Map(all.toReversed().map((one) => [one.address, one])).values()].toReversed();
}

/** Those that clients connect to. */
export function serviceAddressesOf(cluster: Pick<Cluster, 'instances'>): readonly VirtualAddress[] {
  return virtualAddressesOf(cluster).filter(({ gateway }) => gateway !== true);
}

/** The endpoints of a virtual server that a client can ask. */
export function endpointsOf({ target }: Pick<VirtualServer, 'target'>): readonly Endpoint[] {
  switch (target.kind) {
    case 'address':
      return [{ vip: target.vip, port: target.port }];
    case 'fwmark':
      return target.marks;
    case 'group':
      return target.endpoints;
  }
}

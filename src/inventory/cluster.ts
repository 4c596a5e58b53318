import type { Secret } from '../text/secret.ts';
import type { LbKind } from '../forwarding/forwarding.ts';
import type { Access } from '../remote/access.ts';
import type { StatusSet } from './status-set.ts';

/**
 * A cluster as every later step sees it: complete, checked and with every default filled in.
 * Keepalived's things keep keepalived's words, so that its manual stays useful.
 */
export interface Cluster {
  readonly name: string;
  /** CIDR of the segment that all hosts share, as 192.168.168.0/24. */
  readonly network: string;
  /** In the order of their priority: the first is master when all are well. */
  readonly directors: readonly Director[];
  readonly realServers: readonly RealServer[];
  /** The third host on the path, from which the cluster is proven; undefined when the inventory names none. */
  readonly client: Client | undefined;
  readonly global_defs: GlobalDefs;
  readonly vrrp_instance: VrrpInstance;
  readonly virtualServers: readonly VirtualServer[];
  /** Lines of keepalived.conf outside of all blocks, such as a vrrp_script: its keywords, then the raw block. */
  readonly lines: string | undefined;
  /** Values that are never shown, wherever they stand. */
  readonly secrets: readonly Secret[];
  readonly packages: PackageSources;
  readonly web: Web;
}

export type Role = 'director' | 'real-server' | 'client';

/** A host in its role. */
export type Member =
  | { readonly role: 'director'; readonly host: Director }
  | { readonly role: 'real-server'; readonly host: RealServer }
  | { readonly role: 'client'; readonly host: Client };

export interface Host {
  readonly name: string;
  /** IPv4 address on the cluster's segment: DIP of a director, RIP of a real server. */
  readonly address: string;
  readonly access: Access;
}

/** Which program keeps the virtual addresses on a director; `auto` leaves it to what its host offers. */
export type EnginePolicy = 'auto' | Engine;

/** The program that keeps the virtual addresses and the table on a director. Both read the same keepalived.conf. */
export type Engine = 'keepalived' | 'agent';

export interface Director extends Host {
  readonly state: 'MASTER' | 'BACKUP';
  /** 1 to 254 (RFC 9568 §5.2.4; 255 is for the owner of the address). */
  readonly priority: number;
  readonly router_id: string;
  /** `auto` stands for the interface that holds the director's address; who renders puts in what was observed. */
  readonly interface: string;
  /** Lines of its vrrp_instance in the place of the cluster's; undefined where it has no keywords of its own. */
  readonly vrrpLines: string | undefined;
  readonly engine: EnginePolicy;
}

export interface RealServer extends Host {
  /** 0 takes no new connections. */
  readonly weight: number;
  /** undefined: that of each virtual server. */
  readonly port: number | undefined;
  /** A virtual server can have defaults of its own: `VirtualServer.pool` has what counts there. */
  readonly tcp_check: TcpCheck;
  /** Lines of keepalived.conf: its keywords, then the raw block. */
  readonly lines: string | undefined;
}

/** A real server as one virtual server sees it. */
export interface PoolMember {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** The check that lvsctl writes; undefined where the inventory has other checks. */
  readonly tcp_check: TcpCheck | undefined;
  /** Of the check that takes the real server out last. */
  readonly timing: CheckTiming;
  /** Lines of keepalived.conf: its keywords and checks, then the raw block. */
  readonly lines: string | undefined;
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
  /** Lines of keepalived.conf: its keywords, then the raw block. */
  readonly lines: string | undefined;
}

export interface VrrpInstance {
  readonly name: string;
  readonly virtual_router_id: number;
  /** seconds, in steps of a hundredth */
  readonly advert_int: number;
  readonly authentication: { readonly auth_type: 'PASS'; readonly auth_pass: Secret } | undefined;
  readonly virtual_ipaddress: readonly VirtualAddress[];
  readonly nopreempt: boolean;
  /** seconds; undefined leaves it out */
  readonly preempt_delay: number | undefined;
  /** Lines of keepalived.conf: its keywords, then the raw block. */
  readonly lines: string | undefined;
}

export interface VirtualAddress {
  readonly address: string;
  readonly prefix: number;
}

export type Scheduler = 'rr' | 'wrr' | 'lc' | 'wlc' | 'sh' | 'dh' | 'mh' | 'sed' | 'nq' | 'lblc' | 'lblcr';

export interface VirtualServer {
  /** One of the virtual addresses. */
  readonly vip: string;
  readonly port: number;
  readonly protocol: 'TCP';
  /** seconds */
  readonly delay_loop: number;
  readonly lb_algo: Scheduler;
  readonly lb_kind: LbKind;
  readonly nat_mask: string | undefined;
  /** Seconds; undefined without persistence. */
  readonly persistence_timeout: number | undefined;
  /** What verify and failover-test ask of an answer. */
  readonly verify: {
    /** HTTP statuses that count as an answer */
    readonly status_code: StatusSet;
  };
  /** Every real server, in the order of the inventory. */
  readonly pool: readonly PoolMember[];
  /** Lines of keepalived.conf: its keywords, then the raw block. */
  readonly lines: string | undefined;
}

export interface TcpCheck {
  /** seconds */
  readonly connect_timeout: number;
  readonly nb_get_retry: number;
  /** seconds */
  readonly delay_before_retry: number;
  /** Lines of keepalived.conf: its other keywords. */
  readonly lines: string | undefined;
}

export interface PackageSources {
  /** A folder on the host that holds a flat apt repository, used before the distribution's own; undefined when there is none. */
  readonly localMount: string | undefined;
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

/** All hosts with their role, in the order in which a person reads an inventory. */
export function hostsOf(cluster: Cluster): readonly Member[] {
  return [
    ...cluster.directors.map((host) => ({ host, role: 'director' as const })),
    ...cluster.realServers.map((host) => ({ host, role: 'real-server' as const })),
    ...(cluster.client === undefined ? [] : [{ host: cluster.client, role: 'client' as const }]),
  ];
}

/** Every virtual address, each once. */
export function virtualAddressesOf({ vrrp_instance }: Cluster): readonly VirtualAddress[] {
  return vrrp_instance.virtual_ipaddress;
}

/** An address and a port that clients connect to. */
export interface Endpoint {
  readonly vip: string;
  readonly port: number;
}

/** The endpoints of a virtual server. */
export function endpointsOf({ vip, port }: VirtualServer): readonly Endpoint[] {
  return [{ vip, port }];
}

/** A virtual server, and the endpoint of it that is requested. */
export type RequestedServer = VirtualServer & Endpoint;

/** A virtual server with its first endpoint; undefined for one without any. */
export function requestedServer(server: VirtualServer): RequestedServer | undefined {
  const [endpoint] = endpointsOf(server);
  return endpoint === undefined ? undefined : { ...server, ...endpoint };
}

/** The name of a virtual server in messages and in the IPVS table, such as `192.168.168.12:80`. */
export function serviceName({ vip, port }: VirtualServer): string {
  return `${vip}:${port}`;
}

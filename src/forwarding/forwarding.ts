import type { HostView, Judgement } from './view.ts';

/**
 * How packets get from a director to a real server, and what follows from it, as data and functions of plain values: the
 * rules of the inventory use it too, so it imports no other room. Nothing else branches on the method.
 */
export interface Forwarding {
  /** keepalived's word for it, `lb_kind`. */
  readonly lbKind: LbKind;
  /** What it is, in half a sentence. */
  readonly summary: string;
  /** Why one would choose it, in half a sentence. */
  readonly because: string;
  /** Whether packets reach a real server with the virtual address as their destination. */
  readonly keepsDestination: boolean;
  /** What keepalived.conf has after `lb_kind`, this method's name first. */
  readonly conf: (settings: Settings) => readonly string[];
  readonly inventory: {
    /** Why directors, real servers and virtual addresses must be on one segment; undefined where they need not. */
    readonly oneSegment: string | undefined;
    /** Why a real server must listen on the port of its virtual server; undefined where it need not. */
    readonly samePort: string | undefined;
    /** Where the port of a real server comes from that names none. */
    readonly defaultPort: string;
    /** Mistakes that this method makes possible, in a cluster that uses it. */
    readonly rules: (all: MethodCluster) => readonly MethodFinding[];
  };
  /** Addresses that hold no service and move with the master director. */
  readonly floating: (settings: Settings) => readonly string[];
  /** Every file and unit that it can have on a host, to be removed where it has none. */
  readonly traces: { readonly files: readonly string[]; readonly units: readonly string[] };
  /** What a host needs that takes part in it. */
  readonly host: (part: Part) => HostSide;
  /** What keeps a real server from answering ARP for a virtual address; undefined where it has none. */
  readonly silencedBy: string | undefined;
  /** The likely cause when no request is answered. */
  readonly hint: string;
}

export const LB_KINDS = ['DR', 'NAT', 'TUN'] as const;

export type LbKind = (typeof LB_KINDS)[number];

export const WAYS_BACK = ['default_route', 'source_route', 'masquerade', 'none'] as const;

/** How the replies of a real server get back to a director under NAT. */
export type WayBack = (typeof WAYS_BACK)[number];

export const TUNNELS = ['ipip', 'gue', 'gre'] as const;

export type TunnelType = (typeof TUNNELS)[number];

export interface NatSettings {
  /** Addresses inside that move with the master director, one of each family at most. */
  readonly gateways: readonly string[];
  readonly wayBack: WayBack;
}

export interface TunSettings {
  readonly type: TunnelType;
  /** UDP port of GUE. */
  readonly port: number;
  /** Segment size that replies offer over IPv4, in bytes; undefined: what fits into 1500 bytes. */
  readonly mss: number | undefined;
}

/** What an inventory says of the methods. */
export interface Settings {
  /** Undefined when the inventory says nothing of it. */
  readonly nat: NatSettings | undefined;
  readonly tun: TunSettings;
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** A real server of a virtual server. */
export interface MethodMember {
  readonly name: string;
  readonly address: string;
  /** 0: that of the client's packet. */
  readonly port: number;
}

/** A virtual server as its method sees it. */
export interface MethodService {
  /** As messages name it. */
  readonly name: string;
  readonly endpoints: readonly { readonly vip: string; readonly port: number }[];
  readonly protocol: Protocol;
  readonly members: readonly MethodMember[];
}

export interface MethodHost {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** A cluster as one method sees it. */
export interface MethodCluster {
  readonly settings: Settings;
  readonly directors: readonly MethodHost[];
  /** Virtual servers of this method. */
  readonly services: readonly MethodService[];
  /** Virtual servers of other methods. */
  readonly otherServices: readonly MethodService[];
  /** The network of an address, as CIDR; undefined for none of the cluster. */
  readonly networkOf: (address: string) => string | undefined;
}

/** What a host has to do with one method. */
export interface Part extends MethodCluster {
  readonly host: MethodHost;
  readonly isDirector: boolean;
  readonly isRealServer: boolean;
  /** Whether the cluster uses no other method. */
  readonly alone: boolean;
  /** On a real server: virtual addresses of packets that it is sent. */
  readonly vips: readonly string[];
  /** On a real server: those that it is a member of, without the other members. */
  readonly ownServices: readonly MethodService[];
}

/** What one method needs of a host. */
export interface HostSide {
  /** Kept, and set again at boot. */
  readonly sysctls: readonly Sysctl[];
  /** Lines of a comment in their file. */
  readonly notes: readonly string[];
  /** Loaded at boot. */
  readonly modules: readonly string[];
  /** In the order in which they are made. */
  readonly files: readonly MethodFile[];
  /** Started at once and at boot, when the files are in place, and reloaded when those that they read change. */
  readonly units: readonly string[];
  /** Whose `status` shows whether what it did is still there; undefined where other resources show it. */
  readonly script: string | undefined;
  readonly addresses: readonly MethodAddress[];
  /** What verify proves of the host. */
  readonly checks: (view: HostView) => readonly Judgement[];
}

export const NOTHING: HostSide = {
  sysctls: [],
  notes: [],
  modules: [],
  files: [],
  units: [],
  script: undefined,
  addresses: [],
  checks: () => [],
};

/** Kernel settings, and what is said of them in their file. */
export interface Tuning {
  readonly sysctls: readonly Sysctl[];
  /** Lines of a comment. */
  readonly notes: readonly string[];
}

/** One kernel setting that lvsctl keeps. */
export interface Sysctl {
  /** With dots, as `sysctl` prints it. */
  readonly key: string;
  readonly value: string;
  /** Lines of a comment. */
  readonly why: readonly string[];
  /** A kernel that does not have it is no mistake. */
  readonly optional: boolean;
}

export interface MethodFile {
  /** Absolute; its template has the same path below `templates`. */
  readonly path: string;
  /** Permission bits, as 0o644. */
  readonly mode: number;
  /** The unit that reads it. */
  readonly readBy?: string;
  /** What its template needs besides the names of host and cluster. */
  readonly view: Readonly<Record<string, string | number>>;
}

export interface MethodAddress {
  /** with its prefix */
  readonly address: string;
  /** An interface by name, or the one that holds the address of the host. */
  readonly on: { readonly device: string } | 'segment';
  readonly present: boolean;
  readonly reason: string;
}

/** A mistake in an inventory. */
export interface MethodFinding {
  /** Keys that lead to it. */
  readonly at: readonly string[];
  /** Whether it cannot work at all. */
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly hint: string;
}

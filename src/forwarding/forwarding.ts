import type { HostView, Judgement } from './view.ts';

/**
 * A forwarding method: how packets get from a director to a real server, and everything that depends on it. It consists
 * of data and functions of plain values and imports no other room, because the rules of the inventory use it too. No
 * other code branches on the method.
 */
export interface Forwarding {
  /** The value of keepalived's `lb_kind`. */
  readonly lbKind: LbKind;
  /** A description in half a sentence. */
  readonly summary: string;
  /** The reason to choose it, in half a sentence. */
  readonly because: string;
  /** Whether packets reach a real server with the virtual address as their destination. */
  readonly keepsDestination: boolean;
  /** The words after `lb_kind` in keepalived.conf, beginning with the method. */
  readonly conf: (settings: Settings) => readonly string[];
  readonly inventory: {
    /** Why directors, real servers and virtual addresses must be on one segment; undefined if they need not be. */
    readonly oneSegment: string | undefined;
    /** Why a real server must listen on the port of its virtual server; undefined if it need not. */
    readonly samePort: string | undefined;
    /** The default port of a real server, in words. */
    readonly defaultPort: string;
    /** Finds mistakes that only this method makes possible. */
    readonly rules: (all: MethodCluster) => readonly MethodFinding[];
  };
  /** Addresses that hold no service and move with the master director. */
  readonly floating: (settings: Settings) => readonly string[];
  /** All units that it may create on a host, and all files but those of the units; those that a host no longer needs are removed. */
  readonly traces: { readonly files: readonly string[]; readonly units: readonly string[] };
  /** What it needs on a host of the cluster. */
  readonly host: (part: Part) => HostSide;
  /** What prevents a real server from answering ARP for a virtual address; undefined if it holds none. */
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
  /** The UDP port of GUE. */
  readonly port: number;
  /** The MSS that replies over IPv4 announce, in bytes; by default what fits into an MTU of 1500 bytes. */
  readonly mss: number | undefined;
}

/** The settings of the methods in an inventory. */
export interface Settings {
  /** Undefined if the inventory has none. */
  readonly nat: NatSettings | undefined;
  readonly tun: TunSettings;
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** A real server of a virtual server. */
export interface MethodMember {
  readonly name: string;
  readonly address: string;
  /** 0 keeps the port of the client's packet. */
  readonly port: number;
}

/** The part of a virtual server that methods need. */
export interface MethodService {
  /** Its name in messages. */
  readonly name: string;
  readonly endpoints: readonly { readonly vip: string; readonly port: number }[];
  readonly protocol: Protocol;
  readonly members: readonly MethodMember[];
}

export interface MethodHost {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** The part of a cluster that one method needs. */
export interface MethodCluster {
  readonly settings: Settings;
  readonly directors: readonly MethodHost[];
  /** Virtual servers that use this method. */
  readonly services: readonly MethodService[];
  /** Virtual servers that use another method. */
  readonly otherServices: readonly MethodService[];
  /** The network of an address, as CIDR; undefined if it is outside the networks of the cluster. */
  readonly networkOf: (address: string) => string | undefined;
}

/** The role of a host under one method. */
export interface Part extends MethodCluster {
  readonly host: MethodHost;
  readonly isDirector: boolean;
  readonly isRealServer: boolean;
  /** Whether the cluster uses no other method. */
  readonly alone: boolean;
  /** On a real server: the virtual addresses of the packets that directors send it. */
  readonly vips: readonly string[];
  /** On a real server: the virtual servers that it is a member of, without their other members. */
  readonly ownServices: readonly MethodService[];
}

/** A package, as named in Debian, that is needed unless the host has one of some programs. */
export interface MethodPackage {
  readonly name: string;
  readonly unless: readonly string[];
}

/** What one method needs of a host. */
export interface HostSide {
  readonly packages: readonly MethodPackage[];
  /** Set now and at boot. */
  readonly sysctls: readonly Sysctl[];
  /** Comment lines in the file of the sysctls. */
  readonly notes: readonly string[];
  /** Loaded at boot. */
  readonly modules: readonly string[];
  /** In the order in which they are written. */
  readonly files: readonly MethodFile[];
  /** Started at boot and once the files are in place; reloaded when a file changes that they read. */
  readonly units: readonly MethodUnit[];
  /** Its `status` reports whether its settings are still in effect; undefined if other resources cover them. */
  readonly script: string | undefined;
  readonly addresses: readonly MethodAddress[];
  /** The checks of `verify` on the host. */
  readonly checks: (view: HostView) => readonly Judgement[];
}

export const NOTHING: HostSide = {
  packages: [],
  sysctls: [],
  notes: [],
  modules: [],
  files: [],
  units: [],
  script: undefined,
  addresses: [],
  checks: () => [],
};

/** Kernel settings and the comments in their file. */
export interface Tuning {
  readonly sysctls: readonly Sysctl[];
  /** Lines of a comment. */
  readonly notes: readonly string[];
}

/** A kernel setting that lvsctl manages. */
export interface Sysctl {
  /** With dots, as sysctl(8) prints it. */
  readonly key: string;
  readonly value: string;
  /** Lines of a comment. */
  readonly why: readonly string[];
  /** Whether a kernel may lack it. */
  readonly optional: boolean;
}

export interface MethodFile {
  /** Absolute. Its template has the same path below `templates`. */
  readonly path: string;
  /** Permission bits, as 0o644. */
  readonly mode: number;
  /** The unit that reads it. */
  readonly readBy?: string;
  /** Values for its template, besides the names of host and cluster. */
  readonly view: Readonly<Record<string, string | number>>;
}

/** A unit that runs a script at boot, before the engine of a director and before web servers. */
export interface MethodUnit {
  /** With suffix, as in lvs-dr.service. */
  readonly name: string;
  readonly script: string;
  /** Half a sentence that describes it. */
  readonly title: string;
}

export interface MethodAddress {
  /** With prefix length. */
  readonly address: string;
  /** A named interface, or the one that holds the address of the host. */
  readonly on: { readonly device: string } | 'segment';
  readonly present: boolean;
  readonly reason: string;
}

/** A mistake in an inventory. */
export interface MethodFinding {
  /** The path of the key in the inventory. */
  readonly at: readonly string[];
  /** `error`: the cluster cannot work. */
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly hint: string;
}

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
  readonly kernel: {
    /** As ipvsadm(8) takes it. */
    readonly option: string;
    /** As /proc/net/ip_vs prints it. */
    readonly name: string;
  };
  readonly inventory: {
    /** Why directors, real servers and virtual addresses must be on one segment; undefined where they need not. */
    readonly oneSegment: string | undefined;
    /** Why a real server must listen on the port of its virtual server; undefined where it need not. */
    readonly samePort: string | undefined;
    /** Where the port of a real server comes from that names none. */
    readonly defaultPort: string;
  };
  readonly director: Tuning;
  readonly realServer: Tuning & {
    /** In the order in which they are made. */
    readonly files: readonly MethodFile[];
    /** Started at once and at boot, when the files are in place, and reloaded when those that they read change. */
    readonly units: readonly string[];
    /** What a virtual address means for a real server. */
    readonly addresses: (vip: string) => readonly MethodAddress[];
    /** What verify proves of a real server. */
    readonly checks: (view: RealServerView) => readonly Judgement[];
    /** What keeps it from answering ARP for a virtual address; undefined where it has none. */
    readonly silencedBy: string | undefined;
    /** The likely cause when no request is answered. */
    readonly hint: string;
  };
}

export const LB_KINDS = ['DR'] as const;

export type LbKind = (typeof LB_KINDS)[number];

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
}

export interface MethodAddress {
  /** with its prefix */
  readonly address: string;
  /** An interface by name, or the one that holds the address of the host. */
  readonly on: { readonly device: string } | 'segment';
  readonly present: boolean;
  readonly reason: string;
}

/** A real server as it was seen. */
export interface RealServerView {
  readonly name: string;
  readonly address: string;
  readonly vips: readonly string[];
  readonly services: readonly { readonly vip: string; readonly port: number }[];
  readonly held: readonly { readonly device: string; readonly address: string; readonly prefix: number }[];
  /** arp_ignore and arp_announce by interface, `all` among them. */
  readonly arp: ReadonlyMap<string, { readonly ignore: number; readonly announce: number }>;
  /** Where something listens; 0.0.0.0 is every address. */
  readonly listeners: readonly { readonly address: string; readonly port: number }[];
}

/** The result of a check; passed when `fix` is undefined. */
export interface Judgement {
  readonly check: string;
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string | undefined;
}

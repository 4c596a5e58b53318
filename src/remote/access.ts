import type { Secret } from '../text/secret.ts';

/** How to reach a host. `local` is the machine that lvsctl runs on. */
export type Access = SshAccess | LabAccess | { readonly kind: 'local' };

/**
 * A host of a lab. The lab supplies user, port, key, known hosts and proxy command when a connection is opened: `lint`
 * and `render` work while it is down, and a deploy fails before it sends a packet.
 */
export interface LabAccess {
  readonly kind: 'lab';
  readonly lab: string;
  readonly host: string;
  readonly connectTimeoutSeconds: number;
}

export interface SshAccess {
  readonly kind: 'ssh';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key files in the order in which they are tried; missing ones are skipped. */
  readonly identityFiles: readonly string[];
  /** Files in OpenSSH's known_hosts format; new keys are written to the first. */
  readonly knownHosts: readonly string[];
  /** As OpenSSH's ProxyCommand; the transport expands %h, %n, %p and %r. */
  readonly proxyCommand: string | undefined;
  /** What the user can do when the proxy command fails; by default, to run the one in the inventory. */
  readonly proxyHint?: string;
  /** `accept-new` records the key of an unknown host; both refuse a changed key. */
  readonly hostKeyChecking: 'strict' | 'accept-new';
  readonly connectTimeoutSeconds: number;
  /** The name that stands for the host in known_hosts, without a port. */
  readonly hostKeyAlias?: string | undefined;
  /** Whether names are written to known_hosts as hashes. */
  readonly hashKnownHosts?: boolean | undefined;
  /** Where `StrictHostKeyChecking no` stands, which is not honoured. */
  readonly uncheckedAt?: string | undefined;
  /** The destination as ssh would get it; by default the host. */
  readonly destination?: string | undefined;
  /** The host through which this one is reached; it may have such a host itself. */
  readonly jump?: SshAccess | undefined;
  /** For sshd's that ask for one, after the keys. */
  readonly password?: Secret | undefined;
  /** Whether the ssh agent may offer only the keys of `identityFiles`. */
  readonly identitiesOnly?: boolean | undefined;
  /** The agent's socket, undefined for no agent; by default that of the environment. */
  readonly agent?: { readonly socket: string | undefined };
  readonly keepalive?: Keepalive | undefined;
  /** For a name with several addresses. */
  readonly family?: 4 | 6 | undefined;
  readonly bindAddress?: string | undefined;
  /** Set where the system's ssh connects, with the options that the inventory adds to its configuration. */
  readonly openssh?: { readonly options: readonly string[] } | undefined;
  /** Lists of algorithms in OpenSSH's syntax, each with its origin. */
  readonly algorithms?: AlgorithmLists | undefined;
}

/** When a silent connection counts as lost; 0 seconds sends nothing. */
export interface Keepalive {
  readonly seconds: number;
  readonly count: number;
}

/** A list as `a,b`, or a change of the default as `+a`, `-a*` or `^a`. */
export interface AlgorithmList {
  readonly list: string;
  /** `FILE:LINE` */
  readonly origin: string;
}

export interface AlgorithmLists {
  readonly kex?: AlgorithmList | undefined;
  readonly cipher?: AlgorithmList | undefined;
  readonly hmac?: AlgorithmList | undefined;
  readonly serverHostKey?: AlgorithmList | undefined;
  /** Of the keys that are offered at a login. */
  readonly publicKey?: AlgorithmList | undefined;
}

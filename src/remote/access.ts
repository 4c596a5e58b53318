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
  /** As OpenSSH's ProxyCommand; the transport expands %h, %p and %r. */
  readonly proxyCommand: string | undefined;
  /** What the user can do when the proxy command fails; by default, to run the one in the inventory. */
  readonly proxyHint?: string;
  /** `accept-new` records the key of an unknown host; both refuse a changed key. */
  readonly hostKeyChecking: 'strict' | 'accept-new';
  readonly connectTimeoutSeconds: number;
}

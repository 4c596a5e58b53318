/** How a host is reached. `local` is the machine that lvsctl runs on. */
export type Access = SshAccess | LabAccess | { readonly kind: 'local' };

/**
 * A host of a lab. User, key, known hosts and proxy command are the lab's own, and are asked for when a connection
 * is opened: `lint` and `render` work with the lab down, and a deploy then fails before it sends a packet.
 */
export interface LabAccess {
  readonly kind: 'lab';
  readonly lab: string;
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutSeconds: number;
}

export interface SshAccess {
  readonly kind: 'ssh';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key files, tried in this order; those that do not exist are passed over. */
  readonly identityFiles: readonly string[];
  /** Files in OpenSSH's known_hosts format; new keys are written to the first. */
  readonly knownHosts: readonly string[];
  /** As OpenSSH's ProxyCommand, with %h, %p and %r filled in by the transport. */
  readonly proxyCommand: string | undefined;
  /** `accept-new` records the key of a host that was never seen; a changed key is refused in both. */
  readonly hostKeyChecking: 'strict' | 'accept-new';
  readonly connectTimeoutSeconds: number;
}

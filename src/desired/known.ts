/** What was seen on the hosts that decides what they must be. Before the first look all of it is unknown. */
export interface Known {
  /** Platform id of the host. */
  readonly platform: string | undefined;
  /** The interface that holds the host's address. */
  readonly interface: string;
  /** Whether keepalived's own state on this host is BACKUP. */
  readonly backup: boolean;
  /** Whether keepalived runs on this host, so that the kernel's table is its doing. */
  readonly keepalivedRuns: boolean;
  /** address:port of the real servers that were seen to listen; only these must be in the kernel's table. */
  readonly serving: ReadonlySet<string>;
}

export const NOTHING_KNOWN: Known = {
  platform: undefined,
  interface: 'eth0',
  backup: false,
  keepalivedRuns: false,
  serving: new Set(),
};

/**
 * Observations on one clock: all times are milliseconds on the machine that runs lvsctl, since an arbitrary start.
 */

/** A request of the stream. */
export interface Request {
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * Whether the client got an HTTP status that the inventory accepts in time. A refused or reset connection is no answer.
   */
  readonly answered: boolean;
}

/** A director gained or lost the VIP, as it reports itself. */
export interface Holding {
  readonly at: number;
  readonly host: string;
  readonly holds: boolean;
}

/** The hardware address that the client resolves the VIP to. */
export interface Neighbour {
  readonly at: number;
  readonly mac: string;
}

/** The real servers in a director's IPVS table with a weight above 0, as `address:port`, sorted. */
export interface Table {
  readonly at: number;
  readonly host: string;
  readonly servers: readonly string[];
}

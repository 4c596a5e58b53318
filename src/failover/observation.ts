/**
 * What was seen, on one clock: all times are milliseconds of the machine that lvsctl runs on,
 * counted from a moment that means nothing by itself.
 */

/** One request of the stream. */
export interface Request {
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * Whether the client got a status that the inventory takes for an answer. A refused or reset connection is none, and
   * neither is an answer that came too late.
   */
  readonly answered: boolean;
}

/** A director began or ceased to hold the virtual address, by its own account. */
export interface Holding {
  readonly at: number;
  readonly host: string;
  readonly holds: boolean;
}

/** The hardware address that the client sends to when it means the virtual address. */
export interface Neighbour {
  readonly at: number;
  readonly mac: string;
}

/** The real servers that a director's kernel sends new connections to, as `address:port`, sorted. */
export interface Table {
  readonly at: number;
  readonly host: string;
  readonly servers: readonly string[];
}

/**
 * What was seen, on one clock: all times are milliseconds of the machine that lvsctl runs on,
 * counted from a moment that means nothing by itself.
 */

/** One request of the stream. */
export interface Request {
  readonly startedAt: number;
  readonly endedAt: number;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
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

/**
 * Whether a request counts as answered. A redirect or a 404 is an answer: the service is there. A 5xx is not,
 * and neither is a refused or reset connection or one that was too slow.
 */
export function isAnswered(request: Request): boolean {
  return request.status >= 100 && request.status < 500;
}

import { type Holding, ownersAt } from './owners.ts';
import { type Request, tallyOf } from './requests.ts';

/** The real servers in a director's IPVS table with a weight above 0, as `address:port`, sorted. */
export interface Table {
  readonly at: number;
  readonly host: string;
  readonly servers: readonly string[];
}

/** Milliseconds without a failed request after which the service counts as healthy. */
export const PROVEN_MS = 1000;

/** Everything observed so far. */
export interface Seen {
  readonly requests: readonly Request[];
  readonly holdings: readonly Holding[];
  readonly tables: readonly Table[];
}

/**
 * Why the cluster is not healthy at this time; undefined when every request of the last second was answered and exactly
 * one director holds the VIP. Without requests it is not healthy, because nothing proves it.
 */
export function healthProblem(seen: Seen, now: number, vip: string): string | undefined {
  const since = now - PROVEN_MS;
  const { requests, failed } = tallyOf(seen.requests, since, now);
  if (!seen.requests.some(({ endedAt }) => endedAt < since)) return 'the request stream has only just started';
  if (requests === 0) return 'no request completed in the last second';
  if (failed > 0) return `${failed} of the ${requests} requests of the last second failed`;
  const owners = ownersAt(seen.holdings, now);
  if (owners.length === 0) return `no director holds ${vip}`;
  if (owners.length > 1) return `${owners.join(' and ')} hold ${vip} at the same time`;
  return undefined;
}

/** The servers in a director's table at a time; undefined when its table was never seen. */
export function serversAt(tables: readonly Table[], host: string, at: number): readonly string[] | undefined {
  return tables.filter((table) => table.host === host && table.at <= at).at(-1)?.servers;
}

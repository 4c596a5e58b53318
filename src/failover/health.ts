import type { Holding, Request, Table } from './observation.ts';
import { tallyOf } from './tally.ts';
import { ownersAt } from './timeline.ts';

/** Milliseconds without a failed request after which the service counts as whole. */
export const PROVEN_MS = 1000;

/** All that was seen so far in a scenario. */
export interface Seen {
  readonly requests: readonly Request[];
  readonly holdings: readonly Holding[];
  readonly tables: readonly Table[];
}

/**
 * What is wrong at this moment, as the end of the sentence "it is not healthy: …"; undefined when every request of the
 * last second was answered and exactly one director holds the address. No requests are no proof.
 */
export function ailment(seen: Seen, now: number, vip: string): string | undefined {
  const since = now - PROVEN_MS;
  const { requests, failed } = tallyOf(seen.requests, since, now);
  if (!seen.requests.some(({ endedAt }) => endedAt < since)) return 'the stream of requests has only begun';
  if (requests === 0) return 'no request ended in the last second';
  if (failed > 0) return `${failed} of the ${requests} requests of the last second failed`;
  const owners = ownersAt(seen.holdings, now);
  if (owners.length === 0) return `no director holds ${vip}`;
  if (owners.length > 1) return `${owners.join(' and ')} hold ${vip} at the same time`;
  return undefined;
}

/** The servers in a director's table at a moment; undefined when its table was never seen. */
export function serversAt(tables: readonly Table[], host: string, at: number): readonly string[] | undefined {
  return tables.filter((table) => table.host === host && table.at <= at).at(-1)?.servers;
}

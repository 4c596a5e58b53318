import type { VirtualServer } from '../inventory/cluster.ts';
import { type Command, sh } from '../remote/command.ts';

/** Connections by destination, as address:port. */
export type Counters = ReadonlyMap<string, number>;

/** Seconds: the kernel sums its counters up every two (net/netfilter/ipvs/ip_vs_est.c), and shows what it last summed. */
const SETTLE_SECONDS = 3;

/** Prints how many connections the kernel of a director has given to each destination (ipvsadm(8), --stats). */
export function countersScript({ vip, port }: VirtualServer): Command {
  return sh`sleep ${SETTLE_SECONDS}
ipvsadm -Ln --stats --exact -t ${`${vip}:${port}`} 2>/dev/null || :`;
}

export function readCounters(output: string): Counters {
  const rows = [...output.matchAll(/^\s*-> (\d[\d.]*:\d+)\s+(\d+)\s/gm)];
  return new Map(rows.map(([, destination = '', connections]) => [destination, Number(connections)]));
}

/**
 * What each real server was given between two readings, over all directors. A counter that went back, because its entry
 * was made anew, counts from nothing.
 */
export function countedBetween(
  server: VirtualServer,
  before: readonly Counters[],
  after: readonly Counters[],
): ReadonlyMap<string, number> {
  return new Map(
    server.pool.map(({ name, address, port }) => {
      const place = `${address}:${port}`;
      const given = after.map((counters, director) => {
        const now = counters.get(place) ?? 0;
        const then = before[director]?.get(place) ?? 0;
        return now >= then ? now - then : now;
      });
      return [name, given.reduce((sum, one) => sum + one, 0)];
    }),
  );
}

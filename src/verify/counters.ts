import type { RequestedServer, VirtualServer } from '../inventory/cluster.ts';
import { type Command, sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import { hexAddress, hexPort } from '../resources/ipvs-table.ts';

/**
 * Connection counts by destination (address:port), optionally followed by a space and
 * whatever distinguishes one counter from another.
 */
export type Counters = ReadonlyMap<string, number>;

/** Seconds. The kernel updates the counters every two seconds (net/netfilter/ipvs/ip_vs_est.c). */
const SETTLE_SECONDS = 3;

/**
 * Prints how many connections the kernel of a director has given to each destination (ipvsadm(8), --stats). Where there
 * is no ipvsadm it prints the connections themselves: an entry outlives its connection by ten seconds or more. Entries
 * that expire while the list is read hide as many others, because the kernel goes on by position (fs/seq_file.c); so the
 * list is read twice.
 */
export function countersScript({ vip, port }: RequestedServer): Command {
  const place = ` ${hexAddress(vip)} ${hexPort(port)} `;
  return sh`if command -v ipvsadm >/dev/null; then
sleep ${SETTLE_SECONDS}
ipvsadm -Ln --stats --exact -t ${`${vip}:${port}`} 2>/dev/null
else
for reading in 1 2; do grep -F ${place} /proc/net/ip_vs_conn 2>/dev/null; done
fi || :`;
}

/** A line of /proc/net/ip_vs_conn: protocol, client and its port, virtual address and port, destination and port, all hexadecimal. */
const ENTRY = /^TCP ([0-9A-F]{8} [0-9A-F]{4}) [0-9A-F]{8} [0-9A-F]{4} ([0-9A-F]{8}) ([0-9A-F]{4}) /gm;

export function readCounters(output: string): Counters {
  const rows = saneLines(output).flatMap((line) => {
    const [arrow, place = '', count = ''] = wordsOf(line);
    const counts = arrow === '->' && /^\d[\d.]*:\d+$/.test(place) && /^\d+$/.test(count);
    return counts ? [[place, Number(count)] as const] : [];
  });
  const entries = [...output.matchAll(ENTRY)].filter(([, client = '']) => !client.endsWith(TEMPLATE));
  return new Map([
    ...rows,
    ...entries.map(([, client = '', address = '', port = '']): [string, number] => [
      `${decodeAddress(address)}:${Number.parseInt(port, 16)} ${client}`,
      1,
    ]),
  ]);
}

/** The client's port where persistence remembers a client, which is no connection. */
const TEMPLATE = ' 0000';

function decodeAddress(text: string): string {
  return (text.match(/../g) ?? []).map((octet) => Number.parseInt(octet, 16)).join('.');
}

/**
 * New connections of each real server between two readings, over all directors. A counter that decreased, because its entry
 * was recreated, counts from zero.
 */
export function countedBetween(
  server: VirtualServer,
  before: readonly Counters[],
  after: readonly Counters[],
): ReadonlyMap<string, number> {
  return new Map(
    server.pool.map(({ name, address, port }) => {
      const place = `${address}:${port}`;
      const given = after.flatMap((counters, director) =>
        [...counters]
          .filter(([key]) => key.split(' ')[0] === place)
          .map(([key, now]) => {
            const then = before[director]?.get(key) ?? 0;
            return now >= then ? now - then : now;
          }),
      );
      return [name, given.reduce((sum, one) => sum + one, 0)];
    }),
  );
}

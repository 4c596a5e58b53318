import { SORRY_SERVER, sorryServerOf } from '../inventory/sorry-server.ts';
import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import type { ServiceId } from '../keepalived/ipvs/table.ts';
import { canonicalAddress } from '../keepalived/text/address.ts';
import { type Command, sh } from '../remote/command.ts';
import { hexAddress, hexPort, placeOf } from '../resources/ipvs-table.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { AskedEndpoint, Question } from './question.ts';

/** Connections that one director has given to one destination. */
interface Counter {
  /** The service of the kernel; of a single connection the address and port that it was made to. */
  readonly service: string;
  /** address:port of the destination */
  readonly place: string;
  readonly count: number;
}

/** By service and destination, and for single connections by what identifies them. */
export type Counters = ReadonlyMap<string, Counter>;

/** Seconds. The kernel updates the counters every two seconds (net/netfilter/ipvs/ip_vs_est.c). */
const SETTLE_SECONDS = 3;

/**
 * Prints how many connections the kernel of a director has given to each destination (ipvsadm(8), --stats). Where there
 * is no ipvsadm it prints the connections themselves: an entry outlives its connection by ten seconds or more. Entries
 * that expire while the list is read hide as many others, because the kernel goes on by position (fs/seq_file.c); so the
 * list is read twice.
 */
export function countersScript(questions: readonly Question[]): Command {
  const places = new Set(
    questions.flatMap(({ endpoints }) => endpoints.map(({ vip, port }) => ` ${hexAddress(vip)} ${hexPort(port)} `)),
  );
  return sh`if command -v ipvsadm >/dev/null; then
sleep ${SETTLE_SECONDS}
ipvsadm -Ln --stats --exact 2>/dev/null
else
for reading in 1 2; do printf '%s\\n' ${[...places]} | grep -F -f - /proc/net/ip_vs_conn 2>/dev/null; done
fi || :`;
}

/** Parses the output of `countersScript`; ignores other lines. */
export function readCounters(output: string): Counters {
  const counters = new Map<string, Counter>();
  let service: string | undefined;
  for (const line of saneLines(output)) {
    const words = wordsOf(line);
    const [first = '', place = '', count = ''] = words;
    if (first === '->') {
      const destination = placeIn(place);
      if (service !== undefined && destination !== undefined && /^\d+$/.test(count))
        counters.set(`${service} ${destination}`, { service, place: destination, count: Number(count) });
      continue;
    }
    service = serviceIn(words);
    const connection = connectionIn(words);
    if (connection !== undefined) counters.set(connection.key, connection);
  }
  return counters;
}

/** `TCP  192.168.168.12:80 …`, `FWM  3 …`, `FWM  3 IPv6 …` */
function serviceIn([first = '', place = '', third = '']: readonly string[]): string | undefined {
  if (first === 'FWM' && /^\d{1,10}$/.test(place))
    return nameOfService({ kind: 'fwmark', family: third === 'IPv6' ? 'ipv6' : 'ipv4', fwmark: Number(place) });
  const at = splitPlace(place);
  const protocol = protocolIn(first);
  return at === undefined || protocol === undefined ? undefined : nameOfService({ kind: 'address', protocol, ...at });
}

type Protocol = Extract<ServiceId, { kind: 'address' }>['protocol'];

function protocolIn(text: string): Protocol | undefined {
  return (['TCP', 'UDP', 'SCTP'] as const).find((one) => one === text);
}

function splitPlace(text: string): { readonly address: string; readonly port: number } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = canonicalAddress(bracketed ?? plain ?? '');
  return address === undefined ? undefined : { address, port: Number(port) };
}

function placeIn(text: string): string | undefined {
  const at = splitPlace(text);
  return at === undefined ? undefined : nameOfPlace(at);
}

/** The client's port where persistence remembers a client, which is no connection. */
const TEMPLATE = '0000';

/**
 * A line of /proc/net/ip_vs_conn (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_seq_show): protocol, client and its port,
 * virtual address and port, destination and port, all hexadecimal.
 */
function connectionIn(words: readonly string[]): (Counter & { readonly key: string }) | undefined {
  const [first = '', client = '', from = '', vip = '', port = '', address = '', to = ''] = words;
  const protocol = protocolIn(first);
  const asked = connectedPlace(vip, port);
  const destination = connectedPlace(address, to);
  if (protocol === undefined || asked === undefined || destination === undefined || from === TEMPLATE) return undefined;
  const service = nameOfService({ kind: 'address', protocol, ...asked });
  const place = nameOfPlace(destination);
  return { key: `${service} ${place} ${client} ${from}`, service, place, count: 1 };
}

function connectedPlace(address: string, port: string) {
  return placeOf(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
}

/**
 * New connections of each real server between two readings, over all directors, and of the sorry server if there is
 * one. A counter that decreased, because its entry was recreated, counts from zero.
 */
export function countedBetween(
  question: Question,
  before: readonly Counters[],
  after: readonly Counters[],
): ReadonlyMap<string, number> {
  const { server, endpoints, kernel } = question;
  const services = new Set([kernel, ...endpoints.map((endpoint) => nameOfEndpoint(question, endpoint))]);
  const given = after.flatMap((counters, director) =>
    [...counters].flatMap(([key, { service, place, count }]) => {
      if (!services.has(service)) return [];
      const then = before[director]?.get(key)?.count ?? 0;
      return [{ place, count: count >= then ? count - then : count }];
    }),
  );
  const sumOf = (matches: (place: string) => boolean): number =>
    given.filter(({ place }) => matches(place)).reduce((sum, { count }) => sum + count, 0);
  const counts = server.pool.map(({ name, address, port }): [string, number] => {
    const own = nameOfPlace({ address, port });
    // A destination without a port of its own, and its connections.
    const any = nameOfPlace({ address, port: 0 }).slice(0, -1);
    return [name, sumOf((place) => (port === 0 ? place.startsWith(any) : place === own))];
  });
  const sorry = sorryServerOf(server);
  if (sorry === undefined || server.pool.some(({ address }) => address === sorry)) return new Map(counts);
  const any = nameOfPlace({ address: sorry, port: 0 }).slice(0, -1);
  return new Map([...counts, [SORRY_SERVER, sumOf((place) => place.startsWith(any))]]);
}

function nameOfEndpoint({ server }: Question, { vip, port }: AskedEndpoint): string {
  return nameOfService({ kind: 'address', protocol: server.protocol, address: vip, port });
}

import { includesStatus, type StatusSet } from '../inventory/status-set.ts';
import { type Clock, learn, toOurs } from './clock.ts';
import type { Seen } from './health.ts';
import type { Holding, Neighbour, Request, Table } from './observation.ts';
import { parseProbeLine } from './probe.ts';
import { ownersAt } from './timeline.ts';
import { parseWatchLine } from './watch.ts';

/** What the recorder must know to tell what matters from what does not. */
export interface Wanted {
  readonly vip: string;
  /** The service as the kernel writes it, and names for the endpoints of its servers; undefined when that cannot be told. */
  readonly service: string | undefined;
  readonly servers: ReadonlyMap<string, string>;
  /** HTTP statuses that count as an answer */
  readonly statuses: StatusSet;
}

/**
 * Keeps what the streams say, on our clock. A stamp becomes a time of ours only when it is asked for, with the best
 * that is known of that host's clock by then.
 */
export class Recorder {
  readonly #wanted: Wanted;
  readonly #now: () => number;
  readonly #changed: (owners: readonly string[]) => void;
  #owners = '';
  readonly #clocks = new Map<string, Clock>();
  /** /proc/uptime of the client counts from its boot: a clock of its own. */
  #uptime: Clock | undefined;
  readonly #requests: { stampMs: number; tookMs: number; status: number }[] = [];
  readonly #holdings: { stampMs: number | undefined; arrived: number; host: string; holds: boolean }[] = [];
  readonly #neighbours: { stampMs: number | undefined; arrived: number; host: string; mac: string }[] = [];
  readonly #tables: Table[] = [];

  /** `changed` hears of every change of owners as soon as it is known, which for a cut director is late. */
  constructor(wanted: Wanted, now: () => number, changed: (owners: readonly string[]) => void) {
    this.#wanted = wanted;
    this.#now = now;
    this.#changed = changed;
  }

  /** A line of the stream of requests. */
  probe(line: string): void {
    const parsed = parseProbeLine(line);
    if (parsed === undefined) return;
    this.#uptime = learn(this.#uptime, parsed.stampMs, this.#now());
    this.#requests.push(parsed);
  }

  /** A line of a watched host. Lines that were kept there and are told once more do no harm when they are stamped. */
  watch(host: string, line: string, late = false): void {
    const parsed = parseWatchLine(line);
    const arrived = this.#now();
    if (parsed === undefined) return;
    if (parsed.kind !== 'table' && parsed.stampMs !== undefined) {
      this.#clocks.set(host, learn(this.#clocks.get(host), parsed.stampMs, arrived));
    }
    if (parsed.kind === 'beat') return;
    if (parsed.kind === 'table') {
      const { service, servers } = this.#wanted;
      if (late || service === undefined) return;
      const mine = parsed.entries.filter((entry) => entry.service === service && entry.weight > 0);
      this.#tables.push({ at: arrived, host, servers: mine.map(({ server }) => servers.get(server) ?? server).sort() });
    } else if (parsed.address === this.#wanted.vip && !(late && parsed.stampMs === undefined)) {
      const when = { stampMs: parsed.stampMs, arrived, host };
      if (parsed.kind === 'address') {
        this.#holdings.push({ ...when, holds: !parsed.gone });
        this.#tell();
      } else this.#neighbours.push({ ...when, mac: parsed.mac });
    }
  }

  /** A moment of a host's clock as one of ours; `fallback` when it is not known. */
  timeOf(host: string, stampMs: number | undefined, fallback: number): number {
    return toOurs(this.#clocks.get(host), stampMs, fallback);
  }

  #tell(): void {
    const owners = ownersAt(this.seen.holdings, this.#now());
    if (owners.join(' ') === this.#owners) return;
    this.#owners = owners.join(' ');
    this.#changed(owners);
  }

  get neighbours(): readonly Neighbour[] {
    return this.#neighbours.map(({ stampMs, arrived, host, mac }) => ({
      at: this.timeOf(host, stampMs, arrived),
      mac,
    }));
  }

  get seen(): Seen {
    const requests = this.#requests.map(({ stampMs, tookMs, status }): Request => {
      const endedAt = toOurs(this.#uptime, stampMs, stampMs);
      return { startedAt: endedAt - tookMs, endedAt, answered: includesStatus(this.#wanted.statuses, status) };
    });
    const holdings = this.#holdings.map(({ stampMs, arrived, host, holds }): Holding => ({
      at: this.timeOf(host, stampMs, arrived),
      host,
      holds,
    }));
    return { requests, holdings, tables: this.#tables };
  }
}

import { includesStatus, type StatusSet } from '../inventory/status-set.ts';
import { Clock, Clocks } from './clock.ts';
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

interface Moment {
  readonly stampMs: number | undefined;
  readonly arrived: number;
  /** The clock of the boot in which it was stamped. */
  readonly clock: Clock;
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
  readonly #clocks = new Clocks();
  /** Of the stream of requests, which ends with the client's boot. */
  readonly #uptime = new Clock();
  readonly #requests: { stampMs: number; tookMs: number; status: number }[] = [];
  readonly #holdings: (Moment & { host: string; holds: boolean })[] = [];
  readonly #neighbours: (Moment & { mac: string })[] = [];
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
    this.#uptime.learn(parsed.stampMs, this.#now());
    this.#requests.push(parsed);
  }

  /** A line of a watched host. Lines that were kept there and are told once more do no harm when they are stamped. */
  watch(host: string, line: string, late = false): void {
    const parsed = parseWatchLine(line);
    const arrived = this.#now();
    if (parsed === undefined) return;
    const clock = parsed.kind === 'beat' ? this.#clocks.booted(host, parsed.boot) : this.#clocks.of(host);
    if (parsed.kind !== 'table' && parsed.stampMs !== undefined) clock.learn(parsed.stampMs, arrived);
    if (parsed.kind === 'beat') return;
    if (parsed.kind === 'table') {
      const { service, servers } = this.#wanted;
      if (late || service === undefined) return;
      const mine = parsed.entries.filter((entry) => entry.service === service && entry.weight > 0);
      this.#tables.push({ at: arrived, host, servers: mine.map(({ server }) => servers.get(server) ?? server).sort() });
    } else if (parsed.address === this.#wanted.vip && !(late && parsed.stampMs === undefined)) {
      const when = { stampMs: parsed.stampMs, arrived, clock };
      if (parsed.kind === 'address') {
        this.#holdings.push({ ...when, host, holds: !parsed.gone });
        this.#tell();
      } else this.#neighbours.push({ ...when, mac: parsed.mac });
    }
  }

  /** A moment of a host's uptime, since its latest boot, as one of ours; `fallback` when it is not known. */
  timeOf(host: string, stampMs: number | undefined, fallback: number): number {
    return this.#clocks.of(host).toOurs(stampMs, fallback);
  }

  #tell(): void {
    const owners = ownersAt(this.seen.holdings, this.#now());
    if (owners.join(' ') === this.#owners) return;
    this.#owners = owners.join(' ');
    this.#changed(owners);
  }

  get neighbours(): readonly Neighbour[] {
    return this.#neighbours.map(({ stampMs, arrived, clock, mac }) => ({ at: clock.toOurs(stampMs, arrived), mac }));
  }

  get seen(): Seen {
    const requests = this.#requests.map(({ stampMs, tookMs, status }): Request => {
      const endedAt = this.#uptime.toOurs(stampMs, stampMs);
      return { startedAt: endedAt - tookMs, endedAt, answered: includesStatus(this.#wanted.statuses, status) };
    });
    const holdings = this.#holdings.map(({ stampMs, arrived, clock, host, holds }): Holding => ({
      at: clock.toOurs(stampMs, arrived),
      host,
      holds,
    }));
    return { requests, holdings, tables: this.#tables };
  }
}

import { includesStatus, type StatusSet } from '../inventory/status-set.ts';
import { Clock, Clocks } from './clock.ts';
import type { Seen, Table } from './health.ts';
import { type Holding, type Neighbour, ownersAt } from './owners.ts';
import { parseProbeLine, type ProbeLine } from './probe.ts';
import type { Request } from './requests.ts';
import { parseWatchLine } from './watch.ts';

/** Which lines the recorder keeps. */
export interface Subject {
  readonly vip: string;
  /** The service as /proc/net/ip_vs writes it, and `address:port` of its servers by the same notation. */
  readonly service: string;
  readonly servers: ReadonlyMap<string, string>;
  /** HTTP statuses that count as an answer. */
  readonly statuses: StatusSet;
}

interface Moment {
  readonly stampMs: number | undefined;
  readonly arrived: number;
  /** Clock of the boot in which it was stamped. */
  readonly clock: Clock;
}

/**
 * Records the output of the streams on the local clock. Stamps are converted when they are read, with the best estimate of
 * the host's clock by then.
 */
export class Recorder {
  readonly #subject: Subject;
  readonly #now: () => number;
  readonly #changed: (owners: readonly string[]) => void;
  #owners = '';
  readonly #clocks = new Clocks();
  /** Clock of the request stream, which does not survive a reboot of the client. */
  readonly #uptime = new Clock();
  readonly #requests: ProbeLine[] = [];
  readonly #holdings: (Moment & { host: string; holds: boolean })[] = [];
  readonly #neighbours: (Moment & { mac: string })[] = [];
  readonly #tables: Table[] = [];

  /** `changed` is called for each change of owners as soon as it is reported, which is late for a director without its cable. */
  constructor(subject: Subject, now: () => number, changed: (owners: readonly string[]) => void) {
    this.#subject = subject;
    this.#now = now;
    this.#changed = changed;
  }

  /** Adds a line of the request stream. */
  probe(line: string): void {
    const parsed = parseProbeLine(line);
    if (parsed === undefined) return;
    this.#uptime.learn(parsed.stampMs, this.#now());
    this.#requests.push(parsed);
  }

  /** Adds a line of a watched host. `late` lines were kept there; repeated ones do no harm, because they are stamped. */
  watch(host: string, line: string, late = false): void {
    const parsed = parseWatchLine(line);
    const arrived = this.#now();
    if (parsed === undefined) return;
    const clock = parsed.kind === 'beat' ? this.#clocks.booted(host, parsed.boot) : this.#clocks.of(host);
    if (parsed.kind !== 'table' && parsed.stampMs !== undefined) clock.learn(parsed.stampMs, arrived);
    if (parsed.kind === 'beat') return;
    if (parsed.kind === 'table') {
      const { service, servers } = this.#subject;
      if (late) return;
      const entries = parsed.entries.filter((entry) => entry.service === service && entry.weight > 0);
      this.#tables.push({
        at: arrived,
        host,
        servers: entries.map(({ server }) => servers.get(server) ?? server).sort(),
      });
    } else if (parsed.address === this.#subject.vip && !(late && parsed.stampMs === undefined)) {
      const when = { stampMs: parsed.stampMs, arrived, clock };
      if (parsed.kind === 'address') {
        this.#holdings.push({ ...when, host, holds: !parsed.gone });
        this.#reportOwners();
      } else this.#neighbours.push({ ...when, mac: parsed.mac });
    }
  }

  /** Converts a host's uptime since its latest boot to local time; `fallback` when unknown. */
  timeOf(host: string, stampMs: number | undefined, fallback: number): number {
    return this.#clocks.of(host).toLocal(stampMs, fallback);
  }

  #reportOwners(): void {
    const owners = ownersAt(this.seen.holdings, this.#now());
    if (owners.join(' ') === this.#owners) return;
    this.#owners = owners.join(' ');
    this.#changed(owners);
  }

  get neighbours(): readonly Neighbour[] {
    return this.#neighbours.map(({ stampMs, arrived, clock, mac }) => ({ at: clock.toLocal(stampMs, arrived), mac }));
  }

  get seen(): Seen {
    const requests = this.#requests.map(({ endedMs, tookMs, answer }): Request => {
      const endedAt = this.#uptime.toLocal(endedMs, endedMs);
      const answered = typeof answer === 'boolean' ? answer : includesStatus(this.#subject.statuses, answer);
      return { startedAt: endedAt - tookMs, endedAt, answered };
    });
    const holdings = this.#holdings.map(({ stampMs, arrived, clock, host, holds }): Holding => ({
      at: clock.toLocal(stampMs, arrived),
      host,
      holds,
    }));
    return { requests, holdings, tables: this.#tables };
  }
}

/**
 * Maps another host's uptime, which cannot be set, to the local clock. A line arrives after it was stamped, so the
 * smallest difference between arrival and stamp is the best estimate of the offset. Its error is the shortest latency of
 * a line: about a millisecond on a local network, and about the same for all hosts.
 */
export class Clock {
  #offsetMs: number | undefined;

  /** Updates the offset from a line with the host's stamp and the local time of arrival. */
  learn(stampMs: number, arrivedAt: number): void {
    const offsetMs = arrivedAt - stampMs;
    this.#offsetMs = this.#offsetMs === undefined ? offsetMs : Math.min(this.#offsetMs, offsetMs);
  }

  /** Converts a stamp of the host to local time; `fallback` while the offset is unknown. */
  toLocal(stampMs: number | undefined, fallback: number): number {
    return this.#offsetMs === undefined || stampMs === undefined ? fallback : stampMs + this.#offsetMs;
  }
}

/** Clocks by host name. A host that reboots gets a new one, because its uptime restarts. */
export class Clocks {
  readonly #of = new Map<string, { readonly boot: string; readonly clock: Clock }>();

  /** The clock of a host since its latest boot. */
  of(host: string): Clock {
    return this.booted(host, this.#of.get(host)?.boot ?? '');
  }

  /** The clock of a host in the given boot. */
  booted(host: string, boot: string): Clock {
    const entry = this.#of.get(host);
    if (entry?.boot === boot) return entry.clock;
    const clock = entry?.boot === '' ? entry.clock : new Clock();
    this.#of.set(host, { boot, clock });
    return clock;
  }
}

/** Parses seconds with a fraction, as in /proc/uptime, to milliseconds; undefined for anything else. */
export function secondsToMs(text: string): number | undefined {
  return /^\d+\.\d+$/.test(text) ? Number(text) * 1000 : undefined;
}

/**
 * What is known of another host's clock: its uptime, which nobody can set. A stamped line can only arrive after it was
 * stamped, so of all differences between arrival and stamp the smallest is the truest; what remains is the shortest
 * way a line ever took, about a millisecond on a local network, and about the same for all hosts.
 */
export class Clock {
  #offsetMs: number | undefined;

  /** Learns from one line that was stamped there and arrived here. */
  learn(stampMs: number, arrivedAt: number): void {
    const offsetMs = arrivedAt - stampMs;
    this.#offsetMs = this.#offsetMs === undefined ? offsetMs : Math.min(this.#offsetMs, offsetMs);
  }

  /** A stamp of that host as a time of ours; `fallback` while its clock is unknown. */
  toOurs(stampMs: number | undefined, fallback: number): number {
    return this.#offsetMs === undefined || stampMs === undefined ? fallback : stampMs + this.#offsetMs;
  }
}

/** The clocks of hosts by name. A host that boots gets a new one, because its uptime counts anew. */
export class Clocks {
  readonly #of = new Map<string, { readonly boot: string; readonly clock: Clock }>();

  /** The clock of a host as of its latest boot. */
  of(host: string): Clock {
    return this.booted(host, this.#of.get(host)?.boot ?? '');
  }

  /** The clock of a host that says which boot it is in. */
  booted(host: string, boot: string): Clock {
    const known = this.#of.get(host);
    if (known?.boot === boot) return known.clock;
    const clock = known?.boot === '' ? known.clock : new Clock();
    this.#of.set(host, { boot, clock });
    return clock;
  }
}

/** Seconds with a fraction, as /proc/uptime prints them, in milliseconds; undefined for anything else. */
export function secondsToMs(text: string): number | undefined {
  return /^\d+\.\d+$/.test(text) ? Number(text) * 1000 : undefined;
}

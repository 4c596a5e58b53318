/**
 * What is known of another host's clock. A stamped line can only arrive after it was stamped, so of all differences
 * between arrival and stamp the smallest is the truest; what remains is the shortest way a line ever took, about a
 * millisecond on a local network, and about the same for all hosts.
 */
export interface Clock {
  /** Add this to a stamp of that host to get a time of ours. */
  readonly offsetMs: number;
}

/** Learns from one line that was stamped there and arrived here. */
export function learn(known: Clock | undefined, stampMs: number, arrivedAt: number): Clock {
  const offsetMs = arrivedAt - stampMs;
  return known !== undefined && known.offsetMs <= offsetMs ? known : { offsetMs };
}

/** A stamp of that host as a time of ours; `fallback` while its clock is unknown. */
export function toOurs(clock: Clock | undefined, stampMs: number | undefined, fallback: number): number {
  return clock === undefined || stampMs === undefined ? fallback : stampMs + clock.offsetMs;
}

/** Seconds with a fraction, as `date +%s.%N` and /proc/uptime print them, in milliseconds; undefined for anything else (busybox knows no %N). */
export function secondsToMs(text: string): number | undefined {
  return /^\d+\.\d+$/.test(text) ? Number(text) * 1000 : undefined;
}

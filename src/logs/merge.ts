/** An entry by the local clock, and when it arrived. */
interface Held<T> {
  readonly time: number;
  readonly arrived: number;
  readonly entry: T;
}

/** Puts entries of several hosts, which arrive while they are followed, in the order of time. */
export interface LiveMerge<T> {
  /** @param time of the entry, @param now of its arrival; in the same unit as `hold` */
  readonly add: (entry: T, time: number, now: number) => void;
  /** Takes out entries that have been held long enough, with all earlier ones. */
  readonly due: (now: number) => readonly T[];
  readonly rest: () => readonly T[];
}

/**
 * @param hold time for which an entry waits for earlier ones of other hosts
 * @param most entries held at once; beyond that, the earliest are due at once
 */
export function liveMerge<T>(hold: number, most: number): LiveMerge<T> {
  let held: Held<T>[] = [];
  let sorted = true;
  const sort = (): void => {
    // Stable: entries of one host with equal times stay in their order.
    if (!sorted) held.sort((one, other) => one.time - other.time);
    sorted = true;
  };
  const take = (count: number): readonly T[] => {
    const taken = held.slice(0, count).map(({ entry }) => entry);
    held = held.slice(count);
    return taken;
  };
  return {
    add: (entry, time, now) => {
      sorted &&= time >= (held.at(-1)?.time ?? -Infinity);
      held.push({ time, arrived: now, entry });
    },
    due: (now) => {
      sort();
      const last = held.findLastIndex(({ arrived }) => arrived <= now - hold);
      return take(Math.max(last + 1, held.length - most));
    },
    rest: () => {
      sort();
      return take(held.length);
    },
  };
}

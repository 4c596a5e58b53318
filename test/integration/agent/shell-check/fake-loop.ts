import type { Interest, Loop } from '../../../../src/agent/shell/loop/loop-types.ts';

/** A loop whose time and descriptors are controlled by the test. */
export interface FakeLoop extends Loop {
  /** Advances the clock, firing timers when due. */
  readonly pass: (milliseconds: number) => void;
  /** Makes a descriptor ready. @throws Error if it is not waited for */
  readonly ready: (fd: number, direction: keyof Interest) => void;
  /** Watched descriptors, such as `5 readable`. */
  readonly waiting: () => readonly string[];
  /** Number of active timers. */
  readonly timers: () => number;
}

export function fakeLoop(): FakeLoop {
  let now = 1000;
  let pending: { readonly due: number; readonly fire: () => void }[] = [];
  const watches = new Map<number, Interest>();
  const refuse = (what: string) => (): never => {
    throw new Error(`unexpected ${what}`);
  };
  return {
    now: () => now,
    at: (due, fire) => {
      let timer = { due, fire };
      pending.push(timer);
      const cancel = (): void => {
        pending = pending.filter((other) => other !== timer);
      };
      return {
        cancel,
        move: (later) => {
          cancel();
          timer = { due: later, fire };
          pending.push(timer);
        },
      };
    },
    watch: (fd, interest) => {
      if (watches.has(fd)) throw new Error(`descriptor ${fd} is watched already`);
      watches.set(fd, interest);
      return {
        change: (wanted) => {
          watches.set(fd, wanted);
        },
        close: () => {
          watches.delete(fd);
        },
      };
    },
    onSignal: refuse('a signal'),
    onExit: refuse('a child'),
    stop: refuse('a stop'),
    run: refuse('a run'),
    pass: (milliseconds) => {
      const end = now + milliseconds;
      for (;;) {
        const [next] = pending.filter((timer) => timer.due <= end).toSorted((a, b) => a.due - b.due);
        if (next === undefined) break;
        pending = pending.filter((timer) => timer !== next);
        now = Math.max(now, next.due);
        next.fire();
      }
      now = end;
    },
    ready: (fd, direction) => {
      const callback = watches.get(fd)?.[direction];
      if (callback === undefined) throw new Error(`descriptor ${fd} is not watched for ${direction}`);
      callback();
    },
    waiting: () =>
      [...watches].flatMap(([fd, { readable, writable }]) => [
        ...(readable === undefined ? [] : [`${fd} readable`]),
        ...(writable === undefined ? [] : [`${fd} writable`]),
      ]),
    timers: () => pending.length,
  };
}

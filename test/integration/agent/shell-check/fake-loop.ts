import type { Interest, Loop } from '../../../../src/agent/shell/loop/loop-types.ts';

/** A loop in which time passes, and descriptors are ready, when the test says so. */
export interface FakeLoop extends Loop {
  /** Lets time pass, and fires what is due on the way. */
  readonly pass: (milliseconds: number) => void;
  /** Makes a descriptor ready. @throws Error when nobody waits for that */
  readonly ready: (fd: number, direction: keyof Interest) => void;
  /** What is waited for, as `5 readable`. */
  readonly waiting: () => readonly string[];
  /** How many timers are set. */
  readonly timers: () => number;
}

export function fakeLoop(): FakeLoop {
  let now = 1000;
  let pending: { readonly due: number; readonly fire: () => void }[] = [];
  const watches = new Map<number, Interest>();
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} was not expected here`);
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
      if (callback === undefined) throw new Error(`nobody waits until ${fd} is ${direction}`);
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

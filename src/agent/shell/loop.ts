import type { Instant } from '../core/step.ts';
import { monotonic } from './clock.ts';
import { Epoll } from './epoll.ts';
import { describeErrno } from './errno.ts';
import type { Interest, Loop, Timer, Watch } from './loop-types.ts';
import { punctual } from './punctual.ts';
import type { Exit, Sys } from './sys.ts';
import { type Deadline, TimerHeap } from './timer-heap.ts';

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGTERM = 15;
const SIGPIPE = 13;
const SIGCHLD = 17;

/** Caught from the start: the host is asked once. A write to a closed FIFO must give EPIPE, not an end. */
const CAUGHT = [SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD];

/** Where a host must be given its turn, a signal that came meanwhile is seen after this long at the latest. */
const LONGEST_WAIT_MS = 1000;

/**
 * The loop over epoll. In a round what has arrived comes before the timers that are due, so that an agent that was kept
 * from running hears the adverts that are waiting before it takes their sender for dead.
 */
export class EpollLoop implements Loop {
  readonly #sys: Sys;
  readonly #mistake: (error: unknown) => void;
  readonly #epoll: Epoll;
  readonly #watches = new Map<number, Interest>();
  readonly #timers = new TimerHeap();
  readonly #signals = new Map<number, () => void>();
  readonly #children = new Map<number, (exit: Exit) => void>();
  #running = false;
  #alone = false;

  /** @param mistake gets what a callback threw */
  constructor(sys: Sys, mistake: (error: unknown) => void) {
    this.#sys = sys;
    this.#mistake = mistake;
    this.#epoll = new Epoll(sys);
    const fd = sys.catchSignals(CAUGHT);
    if (fd !== undefined) this.watch(fd, { readable: () => this.#deliver(), writable: undefined });
  }

  now(): Instant {
    return monotonic(this.#sys);
  }

  at(due: Instant, fire: () => void): Timer {
    const entry = this.#timers.add(due, fire);
    return {
      cancel: () => {
        entry.cancelled = true;
      },
      move: (later) => this.#timers.move(entry, later),
    };
  }

  watch(fd: number, interest: Interest): Watch {
    const set = (change: 'add' | 'change' | 'remove', wanted: Interest): number =>
      this.#epoll.set(change, fd, wanted.readable !== undefined, wanted.writable !== undefined);
    const failure = set('add', interest);
    if (failure < 0) throw new Error(`descriptor ${fd} cannot be watched: ${describeErrno(failure)}`);
    let current = interest;
    this.#watches.set(fd, interest);
    return {
      change: (wanted) => {
        if (this.#watches.get(fd) !== current) return;
        current = wanted;
        this.#watches.set(fd, wanted);
        set('change', wanted);
      },
      close: () => {
        if (this.#watches.get(fd) !== current) return;
        this.#watches.delete(fd);
        set('remove', current);
      },
    };
  }

  onSignal(signal: number, caught: () => void): void {
    this.#signals.set(signal, caught);
  }

  onExit(pid: number, ended: (exit: Exit) => void): void {
    this.#children.set(pid, ended);
  }

  stop(): void {
    this.#running = false;
  }

  /** As `stop`, once no child is waited for any more. */
  stopWhenAlone(): void {
    this.#alone = true;
    if (this.#children.size === 0) this.stop();
  }

  async run(): Promise<void> {
    this.#running = true;
    while (this.#running) {
      if (this.#sys.breathe !== undefined) {
        await this.#sys.breathe();
        this.#deliver();
      }
      if (this.#running) this.#round();
    }
  }

  #round(): void {
    for (const { fd, readable, writable } of this.#epoll.wait(this.#patience())) {
      if (readable) this.#guard(this.#watches.get(fd)?.readable);
      if (writable) this.#guard(this.#watches.get(fd)?.writable);
    }
    // Taken out first: one that sets another for the same instant must not keep the loop here.
    const now = this.now();
    const due: Deadline[] = [];
    for (let next = this.#timers.take(now); next !== undefined; next = this.#timers.take(now)) due.push(next);
    for (const timer of due) if (!timer.cancelled && !this.#timers.holds(timer)) this.#guard(timer.fire);
  }

  /** How long may be waited; undefined for ever. */
  #patience(): number | undefined {
    const due = this.#timers.peek()?.due;
    const left = due === undefined ? undefined : punctual(due - this.now());
    return this.#sys.breathe === undefined ? left : Math.min(left ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  }

  #deliver(): void {
    for (const signal of this.#sys.signals()) {
      if (signal === SIGCHLD) this.#reap();
      this.#guard(this.#signals.get(signal));
    }
  }

  #reap(): void {
    for (const exit of this.#sys.reap()) {
      const ended = this.#children.get(exit.pid);
      this.#children.delete(exit.pid);
      if (ended !== undefined) this.#guard(() => ended(exit));
    }
    if (this.#alone && this.#children.size === 0) this.stop();
  }

  #guard(callback: (() => void) | undefined): void {
    try {
      callback?.();
    } catch (error) {
      this.#mistake(error);
    }
  }
}

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
  readonly #watches: Watches = new Map();
  readonly #timers = new TimerHeap();
  readonly #signals = new Map<number, () => void>();
  readonly #children = new Map<number, (exit: Exit) => void>();
  /** A callback has one time from its beginning to its end; asking the kernel each time costs more than most of them do. */
  #calling = false;
  #instant: Instant | undefined;
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
    if (!this.#calling) return monotonic(this.#sys);
    this.#instant ??= monotonic(this.#sys);
    return this.#instant;
  }

  at(due: Instant, fire: () => void): Timer {
    return this.#timers.add(due, fire);
  }

  watch(fd: number, interest: Interest): Watch {
    const watch = new EpollWatch(this.#epoll, this.#watches, fd, interest);
    const failure = this.#epoll.set('add', fd, interest.readable !== undefined, interest.writable !== undefined);
    if (failure < 0) throw new Error(`descriptor ${fd} cannot be watched: ${describeErrno(failure)}`);
    this.#watches.set(fd, watch);
    return watch;
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
      if (readable) this.#guard(this.#watches.get(fd)?.interest.readable);
      if (writable) this.#guard(this.#watches.get(fd)?.interest.writable);
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
    if (callback === undefined) return;
    this.#calling = true;
    this.#instant = undefined;
    try {
      callback();
    } catch (error) {
      this.#mistake(error);
    } finally {
      this.#calling = false;
    }
  }
}

type Watches = Map<number, EpollWatch>;

/** What is waited for of one descriptor, as long as it is the one under its number. */
class EpollWatch implements Watch {
  readonly #epoll: Epoll;
  readonly #watches: Watches;
  readonly #fd: number;
  interest: Interest;

  constructor(epoll: Epoll, watches: Watches, fd: number, interest: Interest) {
    this.#epoll = epoll;
    this.#watches = watches;
    this.#fd = fd;
    this.interest = interest;
  }

  change(wanted: Interest): void {
    if (this.#watches.get(this.#fd) !== this) return;
    this.interest = wanted;
    this.#epoll.set('change', this.#fd, wanted.readable !== undefined, wanted.writable !== undefined);
  }

  close(): void {
    if (this.#watches.get(this.#fd) !== this) return;
    this.#watches.delete(this.#fd);
    this.#epoll.set('remove', this.#fd, false, false);
  }
}

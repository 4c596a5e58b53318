import type { Instant } from '../../core/step.ts';
import { monotonic } from '../sys/clock.ts';
import { Epoll, type Ready, ROUND } from '../sys/epoll.ts';
import { describeErrno } from '../sys/errno.ts';
import type { Interest, Loop, Timer, Urgency, Watch } from './loop-types.ts';
import { punctual } from './punctual.ts';
import type { Exit, Sys } from '../sys/sys.ts';
import { TimerHeap } from './timer-heap.ts';

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGTERM = 15;
const SIGPIPE = 13;
const SIGCHLD = 17;

/** Caught from the start: the host is asked once. A write to a closed FIFO must give EPIPE, not an end. */
const CAUGHT = [SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD];

/** Where a host must be given its turn, a signal that came meanwhile is seen after this long at the latest. */
const LONGEST_WAIT_MS = 1000;

/** What descriptors that are not urgent have in one round, and then once more timers and children that ended. */
const SLICE_MS = 4;

/**
 * The loop over epoll. In a round what has arrived comes before the timers that are due, so that an agent that was kept
 * from running hears the adverts that are waiting before it takes their sender for dead. What is urgent comes before all
 * else, and waits for one callback at most: none may take long.
 */
export class EpollLoop implements Loop {
  readonly #sys: Sys;
  readonly #mistake: (error: unknown) => void;
  readonly #epoll: Epoll;
  readonly #urgentEpoll: Epoll;
  readonly #watches: Watches = new Map();
  readonly #timers = new TimerHeap();
  readonly #urgentTimers = new TimerHeap();
  /** Descriptors that were ready when the slice of the last round was over, in their order. */
  #left: readonly number[] = [];
  /** Ends of children that are still to be told. */
  readonly #ended: (() => void)[] = [];
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
    this.#urgentEpoll = new Epoll(sys);
    this.#epoll.set('add', this.#urgentEpoll.fd, true, false);
    const fd = sys.catchSignals(CAUGHT);
    if (fd !== undefined) this.watch(fd, { readable: () => this.#deliver(), writable: undefined });
  }

  now(): Instant {
    if (!this.#calling) return monotonic(this.#sys);
    this.#instant ??= monotonic(this.#sys);
    return this.#instant;
  }

  at(due: Instant, fire: () => void, urgency: Urgency = 'ordinary'): Timer {
    return (urgency === 'urgent' ? this.#urgentTimers : this.#timers).add(due, fire);
  }

  watch(fd: number, interest: Interest, urgency: Urgency = 'ordinary'): Watch {
    const epoll = urgency === 'urgent' ? this.#urgentEpoll : this.#epoll;
    const watch = new EpollWatch(epoll, this.#watches, fd, interest);
    const failure = epoll.set('add', fd, interest.readable !== undefined, interest.writable !== undefined);
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
    if (this.#children.size === 0 && this.#ended.length === 0) this.stop();
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
    const ready = this.#epoll.wait(this.#patience());
    const isUrgent = ({ fd }: Ready): boolean => fd === this.#urgentEpoll.fd;
    // Where as many are ready as fit, it may be among those that did not.
    if (ready.length === ROUND || ready.some(isUrgent)) for (const one of this.#urgentEpoll.wait(0)) this.#call(one);
    this.#fireDue(this.#urgentTimers, Infinity);
    this.#callOrdinary(ready.filter((one) => !isUrgent(one)));
    const end = monotonic(this.#sys) + SLICE_MS;
    this.#fireDue(this.#timers, end);
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      this.#guard(ended);
      if (this.#isOver(end)) break;
    }
    if (this.#alone && this.#children.size === 0 && this.#ended.length === 0) this.stop();
  }

  /** Those that had no turn in the last round come first. */
  #callOrdinary(ready: readonly Ready[]): void {
    const former = this.#left.flatMap((left) => ready.filter(({ fd }) => fd === left));
    const queue = former.length === 0 ? ready : [...former, ...ready.filter((one) => !former.includes(one))];
    const end = queue.length === 0 ? 0 : monotonic(this.#sys) + SLICE_MS;
    let count = 0;
    for (const one of queue) {
      this.#call(one);
      count += 1;
      if (count < queue.length && this.#isOver(end)) break;
    }
    this.#left = queue.slice(count).map(({ fd }) => fd);
  }

  #call({ fd, readable, writable }: Ready): void {
    if (readable) this.#guard(this.#watches.get(fd)?.interest.readable);
    if (writable) this.#guard(this.#watches.get(fd)?.interest.writable);
  }

  /** One that sets another for the same instant must not keep the loop here: that one has its turn in the next round. */
  #fireDue(timers: TimerHeap, end: Instant): void {
    const now = this.now();
    const limit = timers.nextOrder;
    for (let next = timers.peek(); next !== undefined && next.order < limit; next = timers.peek()) {
      const timer = timers.take(now);
      if (timer === undefined) return;
      this.#guard(timer.fire);
      if (end < Infinity && this.#isOver(end)) return;
    }
  }

  /** Whether a slice is over, or something urgent is due. */
  #isOver(end: Instant): boolean {
    const now = monotonic(this.#sys);
    return now >= end || (this.#urgentTimers.peek()?.due ?? Infinity) <= now;
  }

  /** How long may be waited; undefined for ever. */
  #patience(): number | undefined {
    if (this.#ended.length > 0 || this.#left.length > 0) return 0;
    const due = Math.min(this.#timers.peek()?.due ?? Infinity, this.#urgentTimers.peek()?.due ?? Infinity);
    const left = due === Infinity ? undefined : punctual(due - this.now());
    return this.#sys.breathe === undefined ? left : Math.min(left ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  }

  #deliver(): void {
    for (const signal of this.#sys.signals()) {
      if (signal === SIGCHLD) this.#reap();
      this.#guard(this.#signals.get(signal));
    }
  }

  /** A number may be another child's by the time that an end is told: whom to tell it is settled here. */
  #reap(): void {
    for (const exit of this.#sys.reap()) {
      const ended = this.#children.get(exit.pid);
      this.#children.delete(exit.pid);
      if (ended !== undefined) this.#ended.push(() => ended(exit));
    }
    if (this.#alone && this.#children.size === 0 && this.#ended.length === 0) this.stop();
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

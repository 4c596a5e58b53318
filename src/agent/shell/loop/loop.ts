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

/** Signals caught from the start. SIGPIPE is included so that writing to a closed FIFO returns EPIPE. */
const CAUGHT = [SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD];

/** Maximum wait on a host that needs its own turn, so that signals are noticed. */
const LONGEST_WAIT_MS = 1000;

/** Time slice per round for ordinary descriptors, and again for ordinary timers and exited children. */
const SLICE_MS = 4;

/**
 * An epoll loop. Each round handles received data before due timers, so that an agent that was not scheduled for a
 * while processes waiting adverts before its down timer. Urgent events come first and wait for one callback at most.
 */
export class EpollLoop implements Loop {
  readonly #sys: Sys;
  readonly #mistake: (error: unknown) => void;
  readonly #epoll: Epoll;
  readonly #urgentEpoll: Epoll;
  readonly #watches: Watches = new Map();
  readonly #timers = new TimerHeap();
  readonly #urgentTimers = new TimerHeap();
  /** Ready descriptors left over when the last time slice ended, in order. */
  #left: readonly number[] = [];
  /** Exited children whose callbacks are pending. */
  readonly #ended: (() => void)[] = [];
  readonly #signals = new Map<number, () => void>();
  readonly #children = new Map<number, (exit: Exit) => void>();
  /** Cached time of the current callback: reading the clock costs more than most callbacks. */
  #calling = false;
  #instant: Instant | undefined;
  #running = false;
  #alone = false;

  /** @param mistake receives exceptions of callbacks */
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
    if (failure < 0) throw new Error(`cannot watch descriptor ${fd}: ${describeErrno(failure)}`);
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

  /** Like `stop`, but waits for children first. */
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
    // If the event list is full, the urgent descriptor may be missing from it.
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

  /** Descriptors left over from the last round come first. */
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

  /** Timers set while firing wait for the next round, so that they cannot starve the loop. */
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

  /** Whether the time slice has ended or something urgent is due. */
  #isOver(end: Instant): boolean {
    const now = monotonic(this.#sys);
    return now >= end || (this.#urgentTimers.peek()?.due ?? Infinity) <= now;
  }

  /** Maximum wait in ms; undefined is unlimited. */
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

  /** Resolves callbacks at once, because a pid may be reused before they are called. */
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

/** A watched descriptor, until its number is reused. */
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

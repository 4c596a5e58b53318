import type { Instant } from '../../core/step.ts';
import type { Exit } from '../sys/sys.ts';

/** What to call when a descriptor is ready; undefined does not wait for it. A hang-up or an error of it calls both. */
export interface Interest {
  readonly readable: (() => void) | undefined;
  readonly writable: (() => void) | undefined;
}

export interface Watch {
  /** Waits for something else from now on. */
  readonly change: (interest: Interest) => void;
  /** Ends it. The descriptor is the caller's to close, after this. Twice is no mistake. */
  readonly close: () => void;
}

export interface Timer {
  /** Cancelling one that is over is no mistake. */
  readonly cancel: () => void;
  /** Gives it another time, also when it was called or cancelled: then it is called once more. */
  readonly move: (due: Instant) => void;
}

/**
 * `urgent` is VRRP: an advert that is late is a takeover. In every round its descriptors come first and its timers next;
 * all else has some milliseconds then, and goes on in the next round.
 */
export type Urgency = 'urgent' | 'ordinary';

/**
 * One thread, one wait. A callback must not block; what it throws is logged and ends neither the loop nor others. Level
 * triggered: a descriptor that was not read until EAGAIN is called again in the next round.
 */
export interface Loop {
  /** CLOCK_MONOTONIC in milliseconds with fractions; within a callback the time when it first asked. */
  readonly now: () => Instant;
  /** Calls once, at `due` or as soon after as can be; never from within this call. */
  readonly at: (due: Instant, fire: () => void, urgency?: Urgency) => Timer;
  /** @throws Error when the kernel refuses the descriptor (a regular file cannot be watched) */
  readonly watch: (fd: number, interest: Interest, urgency?: Urgency) => Watch;
  /** Replaces what is called for SIGHUP, SIGINT or SIGTERM. */
  readonly onSignal: (signal: number, caught: () => void) => void;
  /** Calls once, soon after the child has ended; to be asked in the same turn as the spawn. */
  readonly onExit: (pid: number, ended: (exit: Exit) => void) => void;
  /** Leaves `run` after this round. */
  readonly stop: () => void;
  /** Until `stop`. */
  readonly run: () => Promise<void>;
}

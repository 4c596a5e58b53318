import type { Instant } from '../../core/step.ts';
import type { Exit } from '../sys/sys.ts';

/** Callbacks for a descriptor; undefined is not waited for. A hang-up or error calls both. */
export interface Interest {
  readonly readable: (() => void) | undefined;
  readonly writable: (() => void) | undefined;
}

export interface Watch {
  /** Replaces the callbacks. */
  readonly change: (interest: Interest) => void;
  /** Stops watching; afterwards the caller closes the descriptor. Idempotent. */
  readonly close: () => void;
}

export interface Timer {
  /** Idempotent. */
  readonly cancel: () => void;
  /** Reschedules the timer, even if it has fired or was cancelled. */
  readonly move: (due: Instant) => void;
}

/**
 * `urgent` is for VRRP, where a late advert causes a takeover. Each round handles urgent descriptors first, then urgent
 * timers; everything else gets a few milliseconds and continues in the next round.
 */
export type Urgency = 'urgent' | 'ordinary';

/**
 * A single-threaded event loop. Callbacks must not block; exceptions are logged and do not end the loop. A descriptor
 * not read until EAGAIN is reported again in the next round (level-triggered).
 */
export interface Loop {
  /** CLOCK_MONOTONIC in milliseconds with fractions, constant within a callback after its first use. */
  readonly now: () => Instant;
  /** Calls once, at `due` or as soon as possible after; never from within this call. */
  readonly at: (due: Instant, fire: () => void, urgency?: Urgency) => Timer;
  /** @throws Error if the kernel refuses the descriptor, for example of a regular file */
  readonly watch: (fd: number, interest: Interest, urgency?: Urgency) => Watch;
  /** Replaces the handler of SIGHUP, SIGINT or SIGTERM. */
  readonly onSignal: (signal: number, caught: () => void) => void;
  /** Calls once after the child exits; must be registered in the same turn as the spawn. */
  readonly onExit: (pid: number, ended: (exit: Exit) => void) => void;
  /** Leaves `run` after this round. */
  readonly stop: () => void;
  /** Runs until `stop`. */
  readonly run: () => Promise<void>;
}

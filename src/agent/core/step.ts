import type { LogEntry } from './messages/log.ts';
import type { Alert } from './messages/mail.ts';

/**
 * The result of every reducer of the agent: the next state, and the effects for the shell to perform in order. Reducers
 * have no clock: the time is the event's `at`, and timers are effects.
 */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * Milliseconds of CLOCK_MONOTONIC, with fractions. Never wall-clock time, as deadlines must survive clock changes.
 */
export type Instant = number;

/** Requests one `timer` event at `due`, replacing any timer with the same id. */
export interface SetTimer {
  readonly kind: 'timer';
  readonly id: string;
  readonly due: Instant;
}

/** Cancels a timer, if it is set. */
export interface CancelTimer {
  readonly kind: 'cancel';
  readonly id: string;
}

/** An entry for the log, worded by the shell. */
export type Log = { readonly kind: 'log' } & LogEntry;

/** A mail to the operator, worded by the shell. */
export type Mail = { readonly kind: 'mail' } & Alert;

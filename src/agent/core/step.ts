/**
 * What every reducer of the agent gives back: the next state, and what the shell must do because of it, in this order.
 * A reducer has no clock: time comes in with the event as `at`, and a timer is an effect.
 */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * Milliseconds of CLOCK_MONOTONIC, with fractions. Never the time of day: an agent whose clock is set back must keep
 * its deadlines.
 */
export type Instant = number;

/** Asks for one `timer` event with this id at `due`; a second one with the same id replaces the first. */
export interface SetTimer {
  readonly kind: 'timer';
  readonly id: string;
  readonly due: Instant;
}

/** Forgets a timer; one that is not set is no mistake. */
export interface CancelTimer {
  readonly kind: 'cancel';
  readonly id: string;
}

/** A line for the journal. It is written for who runs the host: what happened, to what, and why. */
export interface Log {
  readonly kind: 'log';
  readonly level: 'error' | 'warning' | 'notice' | 'info' | 'debug';
  readonly text: string;
}

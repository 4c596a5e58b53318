import type { Instant, Step } from '../step.ts';

/** The result of one attempt. `reason` is for the journal: actual and expected. */
export type ProbeResult =
  | {
      readonly passed: true;
      /** The weight set by a MISC_CHECK with misc_dynamic. */
      readonly weight: number | undefined;
    }
  | { readonly passed: false; readonly reason: string };

/**
 * Connection events seen by a conversation. A checker is a reducer over these; the shell owns the socket. `data` is a
 * segment of a stream or a whole datagram.
 */
export type ProbeEvent =
  | { readonly kind: 'connected'; readonly at: Instant }
  | { readonly kind: 'data'; readonly at: Instant; readonly bytes: Uint8Array }
  /** The next turn of the loop after a `pause`. */
  | { readonly kind: 'resume'; readonly at: Instant }
  /** The peer closed the connection. */
  | { readonly kind: 'end'; readonly at: Instant }
  /** The connection failed, with a human-readable reason such as "connection refused". */
  | { readonly kind: 'failed'; readonly at: Instant; readonly reason: string }
  | { readonly kind: 'deadline'; readonly at: Instant };

export type ProbeEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Replaces the deadline. The shell sets the first one, for connecting. */
  | { readonly kind: 'deadline'; readonly due: Instant }
  /** Stops reading until `resume` in the next turn of the loop, because the received data takes more than one turn. */
  | { readonly kind: 'pause' }
  /** Closes and reconnects; `connected` follows. HTTP uses one connection per URL. */
  | { readonly kind: 'reconnect' }
  /** Closes with a result. The last effect of every probe. */
  | { readonly kind: 'done'; readonly result: ProbeResult };

/** The immutable state of a conversation; `on` is its reducer. */
export interface Conversation {
  readonly on: (event: ProbeEvent) => Turn;
}

/** The result of `Conversation.on`. */
export type Turn = Step<Conversation, ProbeEffect>;

/** The state after the result: ignores everything. */
const silent: Conversation = { on: () => ({ state: silent, effects: [] }) };

export function passed(): Turn {
  return { state: silent, effects: [{ kind: 'done', result: { passed: true, weight: undefined } }] };
}

export function failed(reason: string): Turn {
  return { state: silent, effects: [{ kind: 'done', result: { passed: false, reason } }] };
}

/** Continues the conversation with `next`. */
export function proceed(next: (event: ProbeEvent) => Turn, ...effects: readonly ProbeEffect[]): Turn {
  return { state: { on: next }, effects };
}

/** Formats a timeout, for example `3 s` or `0.25 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds) / 1000} s`;
}

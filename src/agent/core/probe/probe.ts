import type { Instant } from '../step.ts';

/** What one try of a checker came to. `reason` is for the journal: what was expected and what came. */
export type ProbeResult =
  | {
      readonly passed: true;
      /** MISC_CHECK with misc_dynamic: the weight it asks for. */ readonly weight: number | undefined;
    }
  | { readonly passed: false; readonly reason: string };

/**
 * What a conversation with a real server sees of its connection. A checker is a reducer over these; the shell owns the
 * socket. `data` is a part of a stream, or a whole datagram.
 */
export type ProbeEvent =
  | { readonly kind: 'connected'; readonly at: Instant }
  | { readonly kind: 'data'; readonly at: Instant; readonly bytes: Uint8Array }
  /** A later turn of the loop, after a `pause`. */
  | { readonly kind: 'resume'; readonly at: Instant }
  /** The other side has closed. */
  | { readonly kind: 'end'; readonly at: Instant }
  /** The connection was refused or broke: `reason` in words, as "connection refused". */
  | { readonly kind: 'failed'; readonly at: Instant; readonly reason: string }
  | { readonly kind: 'deadline'; readonly at: Instant };

export type ProbeEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Replaces the deadline; the shell sets the first, for the connection itself. */
  | { readonly kind: 'deadline'; readonly due: Instant }
  /** Read nothing, and go on with `resume` in the next turn of the loop: there is more to do with what came than one turn may take. */
  | { readonly kind: 'pause' }
  /** Close, open anew to the same place, and go on with `connected`: HTTP asks for each URL on a connection of its own. */
  | { readonly kind: 'reconnect' }
  /** Close; this is the answer. The last effect of every probe. */
  | { readonly kind: 'done'; readonly result: ProbeResult };

/** One running conversation, as the shell holds it: immutable, `on` gives the next. */
export interface Conversation {
  readonly on: (event: ProbeEvent) => { readonly next: Conversation; readonly effects: readonly ProbeEffect[] };
}

/** What `Conversation.on` gives. */
export interface Turn {
  readonly next: Conversation;
  readonly effects: readonly ProbeEffect[];
}

/** Hears everything, says nothing: the answer is given. */
const silent: Conversation = { on: () => ({ next: silent, effects: [] }) };

export function passed(): Turn {
  return { next: silent, effects: [{ kind: 'done', result: { passed: true, weight: undefined } }] };
}

export function failed(reason: string): Turn {
  return { next: silent, effects: [{ kind: 'done', result: { passed: false, reason } }] };
}

/** Goes on as `next`. */
export function goOn(next: (event: ProbeEvent) => Turn, ...effects: readonly ProbeEffect[]): Turn {
  return { next: { on: next }, effects };
}

/** As `3 s` or `0.25 s`. @param milliseconds of a time-out */
export function secondsText(milliseconds: number): string {
  return `${Math.round(milliseconds) / 1000} s`;
}

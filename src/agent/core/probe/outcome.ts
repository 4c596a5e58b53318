import type { Conversation, ProbeEffect, ProbeEvent } from './probe.ts';

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

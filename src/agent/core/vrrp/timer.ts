import type { CancelTimer, Instant, SetTimer } from '../step.ts';
import type { Instance, Timers } from './state.ts';
import type { Move } from './walk.ts';

export type TimerKind = keyof Timers;

const KINDS: readonly TimerKind[] = ['advert', 'down', 'garp', 'lower', 'refresh'];

export function timerId(kind: string, name: string): string {
  return `${kind}:${name}`;
}

/** The parts of an id; a name may hold colons itself. */
export function parseTimerId(id: string): { readonly kind: string; readonly name: string } {
  const colon = id.indexOf(':');
  return colon < 0 ? { kind: id, name: '' } : { kind: id.slice(0, colon), name: id.slice(colon + 1) };
}

export function isInstanceTimer(kind: string): kind is TimerKind {
  return (KINDS as readonly string[]).includes(kind);
}

/** For what is set again with nearly every event; `timers` is for all else. */
export function setTimer(kind: TimerKind, { conf }: Instance, due: Instant): SetTimer {
  return { kind: 'timer', id: timerId(kind, conf.name), due };
}

/** Sets or, with undefined, cancels timers of an instance. What is so already asks for nothing. */
export function timers(change: Partial<Timers>): Move {
  return (instance) => {
    const effects: (SetTimer | CancelTimer)[] = [];
    const next = { ...instance.timers, ...change };
    for (const kind of KINDS) {
      const due = next[kind];
      if (due === instance.timers[kind]) continue;
      const id = timerId(kind, instance.conf.name);
      effects.push(due === undefined ? { kind: 'cancel', id } : { kind: 'timer', id, due });
    }
    return { state: { ...instance, timers: next }, effects };
  };
}

/** The one after `due`, without drift; after a stall the missed ones are not made up for. */
export function nextDue(due: Instant, every: number, at: Instant): Instant {
  return due + every > at ? due + every : at + every;
}

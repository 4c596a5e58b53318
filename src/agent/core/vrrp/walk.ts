import type { VrrpEffect } from './event.ts';
import type { Instance, InstanceStep, Timers, VrrpState, VrrpStep } from './state.ts';
import type { CancelTimer, Instant, SetTimer } from '../step.ts';

/** A part of a step over everything. */
export type Stride = (state: VrrpState) => VrrpStep;
/** A part of a step of one instance; it sees the state that everything else is in. */
export type Move = (instance: Instance, state: VrrpState) => InstanceStep;

/** One after the other, each on what the one before left. */
export function walk(state: VrrpState, strides: readonly Stride[]): VrrpStep {
  const effects: VrrpEffect[] = [];
  let current = state;
  for (const stride of strides) {
    const step = stride(current);
    current = step.state;
    for (const effect of step.effects) effects.push(effect);
  }
  return { state: current, effects };
}

/** The moves of one instance in turn; nothing where there is no such instance. */
export function moved(name: string, ...moves: readonly Move[]): Stride {
  return (state) => {
    const instance = state.instances.get(name);
    if (instance === undefined) return { state, effects: [] };
    return placed(takeInTurn(moves, instance, state), instance, state);
  };
}

/** A step of one instance as one of everything. @param before the instance as it stands in `state` */
export function placed(step: InstanceStep, before: Instance, state: VrrpState): VrrpStep {
  if (step.state === before) return { state, effects: step.effects };
  return { state: { ...state, instances: state.instances.with(step.state) }, effects: step.effects };
}

export function inTurn(...moves: readonly Move[]): Move {
  return (instance, state) => takeInTurn(moves, instance, state);
}

function takeInTurn(moves: readonly Move[], instance: Instance, state: VrrpState): InstanceStep {
  const effects: VrrpEffect[] = [];
  let current = instance;
  for (const move of moves) {
    const step = move(current, state);
    current = step.state;
    for (const effect of step.effects) effects.push(effect);
  }
  return { state: current, effects };
}

/** Only effects. */
export function effectsOf(...effects: readonly VrrpEffect[]): Move {
  return (instance) => ({ state: instance, effects });
}

/** Only another state. */
export function changed(change: Partial<Instance>): Move {
  return (instance) => ({ state: { ...instance, ...change }, effects: [] });
}

/** Those of `all` that are not in `others`, by what they hold. */
export function without<T>(all: readonly T[], others: readonly T[]): readonly T[] {
  const known = new Set(others.map((one) => JSON.stringify(one)));
  return all.filter((one) => !known.has(JSON.stringify(one)));
}

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

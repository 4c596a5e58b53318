import type { VrrpEffect } from './event.ts';
import type { Instance, InstanceStep, Timers, VrrpState, VrrpStep } from './state.ts';
import type { CancelTimer, Instant, SetTimer } from '../step.ts';

/** A partial step over the whole state. */
export type Stride = (state: VrrpState) => VrrpStep;
/** A partial step of one instance, with read access to the whole state. */
export type Move = (instance: Instance, state: VrrpState) => InstanceStep;

/** Applies steps in order and collects their effects. */
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

/** Applies moves to the named instance; does nothing if it does not exist. */
export function moved(name: string, ...moves: readonly Move[]): Stride {
  return (state) => {
    const instance = state.instances.get(name);
    if (instance === undefined) return { state, effects: [] };
    return placed(takeInTurn(moves, instance, state), instance, state);
  };
}

/** Lifts a step of one instance to the whole state. @param before the instance as found in `state` */
export function placed(step: InstanceStep, before: Instance, state: VrrpState): VrrpStep {
  if (step.state === before) return { state, effects: step.effects };
  return { state: { ...state, instances: state.instances.with(before.conf.name, step.state) }, effects: step.effects };
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

/** A move that only emits effects. */
export function effectsOf(...effects: readonly VrrpEffect[]): Move {
  return (instance) => ({ state: instance, effects });
}

/** A move that only changes state. */
export function changed(change: Partial<Instance>): Move {
  return (instance) => ({ state: { ...instance, ...change }, effects: [] });
}

/** Elements of `all` that are not in `others`, compared by value. */
export function without<T>(all: readonly T[], others: readonly T[]): readonly T[] {
  const excluded = new Set(others.map((one) => JSON.stringify(one)));
  return all.filter((one) => !excluded.has(JSON.stringify(one)));
}

export type TimerKind = keyof Timers;

const KINDS: readonly TimerKind[] = ['advert', 'down', 'garp', 'lower', 'refresh'];

export function timerId(kind: string, name: string): string {
  return `${kind}:${name}`;
}

/** Splits at the first colon, as names may contain colons. */
export function parseTimerId(id: string): { readonly kind: string; readonly name: string } {
  const colon = id.indexOf(':');
  return colon < 0 ? { kind: id, name: '' } : { kind: id.slice(0, colon), name: id.slice(colon + 1) };
}

export function isInstanceTimer(kind: string): kind is TimerKind {
  return (KINDS as readonly string[]).includes(kind);
}

/** A single timer effect, for hot paths; otherwise use `timers`. */
export function setTimer(kind: TimerKind, { conf }: Instance, due: Instant): SetTimer {
  return { kind: 'timer', id: timerId(kind, conf.name), due };
}

/** Sets timers of an instance, or cancels those that are undefined. Unchanged timers emit no effect. */
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

/** The next period after `due`, without drift. Periods missed during a stall are skipped. */
export function nextDue(due: Instant, every: number, at: Instant): Instant {
  return due + every > at ? due + every : at + every;
}

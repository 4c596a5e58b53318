import type { VrrpEffect } from './event.ts';
import type { Instance, InstanceStep, VrrpState, VrrpStep } from './state.ts';

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

import type { HealthEffect, HealthEvent } from '../core/health/event.ts';
import { type HealthState, initialHealth } from '../core/health/state.ts';
import { stepHealth } from '../core/health/step.ts';
import type { Step } from '../core/step.ts';
import type { VrrpEffect, VrrpEvent } from '../core/vrrp/event.ts';
import { initialVrrp } from '../core/vrrp/start.ts';
import type { VrrpState } from '../core/vrrp/state.ts';
import { stepVrrp } from '../core/vrrp/step.ts';

/** The combined state of both cores. */
export interface MachineState {
  readonly vrrp: VrrpState;
  readonly health: HealthState;
}

export type MachineEvent =
  { readonly core: 'vrrp'; readonly event: VrrpEvent } | { readonly core: 'health'; readonly event: HealthEvent };

export type MachineEffect =
  { readonly core: 'vrrp'; readonly effect: VrrpEffect } | { readonly core: 'health'; readonly effect: HealthEffect };

export function initialMachine(): MachineState {
  return { vrrp: initialVrrp(), health: initialHealth() };
}

/** Dispatches an event to its core. */
export function stepMachine(state: MachineState, event: MachineEvent): Step<MachineState, MachineEffect> {
  if (event.core === 'vrrp') {
    const step = stepVrrp(state.vrrp, event.event);
    return {
      state: { ...state, vrrp: step.state },
      effects: step.effects.map((effect) => ({ core: 'vrrp', effect })),
    };
  }
  const step = stepHealth(state.health, event.event);
  return {
    state: { ...state, health: step.state },
    effects: step.effects.map((effect) => ({ core: 'health', effect })),
  };
}

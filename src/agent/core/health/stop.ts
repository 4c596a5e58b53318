import { reconcile } from '../ipvs/reconcile.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { rest } from './schedule.ts';
import type { HealthState, VirtualState } from './state.ts';
import { notifyReal, notifyVirtual } from './tell.ts';

type StopEvent = Extract<HealthEvent, { kind: 'stop' }>;

/** SIGTERM: checks end, what is ours leaves the table, and `omega` tells scripts and FIFOs of it. */
export function stop(state: HealthState, event: StopEvent, effects: HealthEffect[]): void {
  for (const check of state.checks.values()) rest(check, effects);
  const ours = [...state.virtuals.values()].flatMap((virtual) => virtual.services);
  const changes = reconcile(event.kernel, [], { foreign: event.flush === 'all' ? 'remove' : 'keep', owned: ours });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const virtual of state.virtuals.values()) {
    if (virtual.conf.omega) sayFarewell(virtual, effects);
    virtual.installed.clear();
  }
  state.virtuals = new Map();
  state.checks.clear();
}

/** Real servers that were up are told to be down, and every virtual server, as keepalived does. */
export function sayFarewell(virtual: VirtualState, effects: HealthEffect[]): void {
  for (const real of virtual.reals.values()) if (real.alive) notifyReal(real, 'DOWN', effects);
  notifyVirtual(virtual, 'DOWN', effects);
}

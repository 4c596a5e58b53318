import { reconcile } from '../ipvs/reconcile.ts';
import { buildVirtual, virtualKey } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import type { HealthState, VirtualState } from './state.ts';
import { updateSuspension, rest } from './schedule.ts';
import { notifyReal, notifyVirtual, reportDuplicates, reportVirtual } from './notify.ts';

type StartEvent = Extract<HealthEvent, { kind: 'start' }>;

/** Updates the table first, then reports the initial state, then starts the checks. */
export function start(state: HealthState, event: StartEvent, effects: HealthEffect[]): void {
  state.random = event.seed >>> 0;
  state.virtuals = new Map();
  state.checks.clear();
  for (const conf of event.conf.virtual_server) {
    if (state.virtuals.has(virtualKey(conf))) continue;
    const virtual = buildVirtual(state, conf, event.conf);
    state.virtuals.set(virtual.key, virtual);
    virtual.quorumUp = hasQuorum(virtual);
    noteInstalled(virtual);
  }
  const foreign = event.flush ? 'remove' : 'keep';
  const changes = reconcile(event.kernel, wantedTable(state), { foreign, owned: event.owned ?? [] });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const virtual of state.virtuals.values()) {
    reportDuplicates(virtual, effects);
    reportInitialState(virtual, effects);
    updateSuspension(state, virtual, event.at, effects);
  }
}

/** With `alpha`, no quorum at startup is expected and is only reported if a sorry server is in use. */
export function reportInitialState(virtual: VirtualState, effects: HealthEffect[]): void {
  if (virtual.quorumUp || virtual.conf.sorry_server !== undefined) reportVirtual(virtual, effects);
}

type StopEvent = Extract<HealthEvent, { kind: 'stop' }>;

/** SIGTERM: stops checks, removes our services from the table, and with `omega` reports everything as down. */
export function stop(state: HealthState, event: StopEvent, effects: HealthEffect[]): void {
  for (const check of state.checks.values()) rest(check, effects);
  const ours = [...state.virtuals.values()].flatMap((virtual) => virtual.services);
  const changes = reconcile(event.kernel, [], { foreign: event.flush === 'all' ? 'remove' : 'keep', owned: ours });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const virtual of state.virtuals.values()) {
    if (virtual.conf.omega) reportStop(virtual, effects);
    virtual.installed.clear();
  }
  state.virtuals = new Map();
  state.checks.clear();
}

/** As in keepalived, reports real servers that were up, and all virtual servers, as down. */
export function reportStop(virtual: VirtualState, effects: HealthEffect[]): void {
  for (const real of virtual.reals.values()) if (real.alive) notifyReal(real, 'DOWN', effects);
  notifyVirtual(virtual, 'DOWN', effects);
}

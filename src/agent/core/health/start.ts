import { reconcile } from '../ipvs/reconcile.ts';
import { buildVirtual, virtualKey } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import type { HealthState, VirtualState } from './state.ts';
import { attend, rest } from './schedule.ts';
import { notifyReal, notifyVirtual, tellDoubles, tellVirtual } from './notify.ts';

type StartEvent = Extract<HealthEvent, { kind: 'start' }>;

/** The table is made right first, then it is said what there is, then checks begin. */
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
    tellDoubles(virtual, effects);
    sayHello(virtual, effects);
    attend(state, virtual, event.at, effects);
  }
}

/** Below quorum from the start is what alpha is about: only a sorry server that stands in is worth telling. */
export function sayHello(virtual: VirtualState, effects: HealthEffect[]): void {
  if (virtual.quorumUp || virtual.conf.sorry_server !== undefined) tellVirtual(virtual, effects);
}

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

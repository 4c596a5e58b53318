import type { HealthEffect, HealthEvent } from './event.ts';
import { buildVirtual } from './build.ts';
import { hasQuorum } from './quorum.ts';
import type { HealthState, VirtualState } from './state.ts';
import { attend } from './suspend.ts';
import { tableChanges } from './table-changes.ts';
import { tellVirtual } from './tell.ts';
import { placesOf, wantedDestination } from './wanted.ts';
import { wantedTable } from './wanted-table.ts';

type StartEvent = Extract<HealthEvent, { kind: 'start' }>;

/** The table is made right first, then it is said what there is, then checks begin. */
export function start(state: HealthState, event: StartEvent, effects: HealthEffect[]): void {
  state.random = event.seed >>> 0;
  state.virtuals = new Map();
  state.checks.clear();
  for (const conf of event.conf.virtual_server) {
    const virtual = buildVirtual(state, conf, event.conf);
    if (state.virtuals.has(virtual.key)) continue;
    state.virtuals.set(virtual.key, virtual);
    virtual.quorumUp = hasQuorum(virtual);
    noteInstalled(virtual);
  }
  const changes = tableChanges(event.kernel, wantedTable(state), event.flush ? 'all' : []);
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const virtual of state.virtuals.values()) {
    tellVirtual(virtual, effects);
    attend(state, virtual, event.at, effects);
  }
}

/** After the whole table was asked for: every place is as it is wanted. */
export function noteInstalled(virtual: VirtualState): void {
  virtual.installed = new Map();
  for (const key of placesOf(virtual)) {
    const destination = wantedDestination(virtual, key);
    if (destination !== undefined) virtual.installed.set(key, destination);
  }
}

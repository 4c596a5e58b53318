import { reconcile } from '../ipvs/reconcile.ts';
import { buildVirtual } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { virtualKey } from './identity.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled } from './settle.ts';
import type { HealthState, VirtualState } from './state.ts';
import { attend } from './suspend.ts';
import { tellDoubles } from './tell-doubles.ts';
import { tellVirtual } from './tell.ts';
import { wantedTable } from './wanted.ts';

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

import type { HealthEffect, HealthEvent } from './event.ts';
import { buildVirtual } from './build.ts';
import { serviceIds } from '../ipvs/expand.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import { virtualKey } from './identity.ts';
import { dropChecks, mergeReals } from './merge-reals.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled } from './settle.ts';
import type { HealthState } from './state.ts';
import { sayFarewell } from './stop.ts';
import { attend } from './suspend.ts';
import { notifyReal, tellReal, tellVirtual } from './tell.ts';
import { wantedTable } from './wanted.ts';

type ReloadEvent = Extract<HealthEvent, { kind: 'reload' }>;

/**
 * A virtual server that is in both files keeps its quorum, its real servers their health, their checkers their turns.
 * The table is compared with the kernel's, so that what somebody deleted by hand is put back.
 */
export function reload(state: HealthState, event: ReloadEvent, effects: HealthEffect[]): void {
  const before = state.virtuals;
  const ours = [...before.values()].flatMap((virtual) => virtual.services);
  const news: (() => void)[] = [];
  state.virtuals = new Map();
  for (const conf of event.conf.virtual_server) {
    const key = virtualKey(conf);
    if (state.virtuals.has(key)) continue;
    const known = before.get(key);
    const virtual = known ?? buildVirtual(state, conf, event.conf);
    state.virtuals.set(key, virtual);
    if (known === undefined) {
      virtual.quorumUp = hasQuorum(virtual);
      news.push(() => tellVirtual(virtual, effects));
      continue;
    }
    known.conf = conf;
    known.groups = event.conf.virtual_server_group;
    known.services = serviceIds(conf, event.conf.virtual_server_group);
    const { gone, turned } = mergeReals(state, known, effects);
    const quorumUp = hasQuorum(known);
    const quorumTurned = quorumUp !== known.quorumUp;
    known.quorumUp = quorumUp;
    news.push(() => {
      if (conf.omega) for (const real of gone) if (real.alive) notifyReal(real, 'DOWN', effects);
      for (const real of turned) tellReal(real, real.alive ? undefined : 'a checker of the new file', effects);
      if (quorumTurned) tellVirtual(known, effects);
    });
  }
  for (const [key, virtual] of before)
    if (!state.virtuals.has(key)) {
      for (const real of virtual.reals.values()) dropChecks(state, real.checks, effects);
      if (virtual.conf.omega) news.push(() => sayFarewell(virtual, effects));
    }
  for (const virtual of state.virtuals.values()) noteInstalled(virtual);
  const changes = reconcile(event.kernel, wantedTable(state), { foreign: 'keep', owned: ours });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const tell of news) tell();
  for (const virtual of state.virtuals.values()) attend(state, virtual, event.at, effects);
}

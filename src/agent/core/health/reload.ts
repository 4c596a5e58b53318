import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import type { CheckConf, VirtualServer } from '../../../keepalived/model-check.ts';
import { buildVirtual } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { virtualKey } from './identity.ts';
import { dropChecks, mergeReals } from './merge-reals.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled } from './settle.ts';
import { sayHello } from './start.ts';
import type { HealthState, VirtualState } from './state.ts';
import { sayFarewell } from './stop.ts';
import { attend } from './suspend.ts';
import { notifyReal, tellReal, tellVirtual } from './tell.ts';
import { tellDoubles } from './tell-doubles.ts';
import { wantedTable } from './wanted.ts';

type ReloadEvent = Extract<HealthEvent, { kind: 'reload' }>;

/** What is to be said of a virtual server once the table is right. */
type News = (effects: HealthEffect[]) => void;

/**
 * A virtual server that is in both files keeps its quorum, its real servers their health, their checkers their turns.
 * The table is compared with the kernel's, so that what somebody deleted by hand is put back.
 */
export function reload(state: HealthState, event: ReloadEvent, effects: HealthEffect[]): void {
  const before = state.virtuals;
  const owned = [...before.values()].flatMap((virtual) => virtual.services);
  const news: News[] = [];
  state.virtuals = new Map();
  for (const conf of event.conf.virtual_server) {
    const key = virtualKey(conf);
    if (state.virtuals.has(key)) continue;
    const known = before.get(key);
    const virtual = known ?? buildVirtual(state, conf, event.conf);
    state.virtuals.set(key, virtual);
    news.push(known === undefined ? begin(virtual) : carryOn(state, known, conf, event.conf, effects));
    noteInstalled(virtual);
  }
  for (const [key, virtual] of before) if (!state.virtuals.has(key)) news.push(end(state, virtual, effects));
  forgetFiles(state);
  const changes = reconcile(event.kernel, wantedTable(state), { foreign: 'keep', owned });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const tell of news) tell(effects);
  for (const virtual of state.virtuals.values()) {
    tellDoubles(virtual, effects);
    attend(state, virtual, event.at, effects);
  }
}

function begin(virtual: VirtualState): News {
  virtual.quorumUp = hasQuorum(virtual);
  return (effects) => sayHello(virtual, effects);
}

function carryOn(
  state: HealthState,
  virtual: VirtualState,
  conf: VirtualServer,
  file: CheckConf,
  effects: HealthEffect[],
): News {
  const { omega } = virtual.conf;
  virtual.conf = conf;
  virtual.groups = file.virtual_server_group;
  virtual.services = serviceIds(conf, file.virtual_server_group);
  const { gone, turned } = mergeReals(state, virtual, effects);
  const up = hasQuorum(virtual);
  const quorumTurned = up !== virtual.quorumUp;
  virtual.quorumUp = up;
  return (later) => {
    if (omega) for (const real of gone) if (real.alive) notifyReal(real, 'DOWN', later);
    for (const real of turned) tellReal(real, real.alive ? undefined : 'by the new file', later);
    if (quorumTurned) tellVirtual(virtual, later);
  };
}

/** A file that comes back with a later configuration is told anew. */
function forgetFiles(state: HealthState): void {
  const used = new Set<string>();
  for (const { checker } of state.checks.values()) if (checker.kind === 'FILE_CHECK') used.add(checker.file);
  for (const file of state.files.keys()) if (!used.has(file)) state.files.delete(file);
}

function end(state: HealthState, virtual: VirtualState, effects: HealthEffect[]): News {
  for (const real of virtual.reals.values()) dropChecks(state, real.checks, effects);
  return (later) => {
    if (virtual.conf.omega) sayFarewell(virtual, later);
  };
}

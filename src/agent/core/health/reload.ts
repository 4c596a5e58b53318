import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import type { CheckConf, Checker, RealServer, VirtualServer } from '../../../keepalived/model-check.ts';
import { addReal, buildCheck, buildVirtual, checkersOf, placeKey, placeName, virtualKey, weightOf } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import { sayFarewell, sayHello } from './start.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';
import { attend, rest } from './schedule.ts';
import { notifyReal, tellDoubles, tellReal, tellVirtual } from './notify.ts';

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

export interface Merged {
  /** Real servers that the new file does not have. */
  readonly gone: readonly RealState[];
  /** Real servers whose health is another one by the new checkers. */
  readonly turned: readonly RealState[];
}

/** Takes the real servers of a virtual server over into those of its new `conf`. */
export function mergeReals(state: HealthState, virtual: VirtualState, effects: HealthEffect[]): Merged {
  const before = virtual.reals;
  const turned: RealState[] = [];
  virtual.reals = new Map();
  virtual.liveWeight = 0;
  for (const conf of virtual.conf.real_server) {
    const key = placeKey(conf);
    const known = before.get(key);
    if (known === undefined || virtual.reals.has(key)) {
      addReal(state, virtual, conf);
      continue;
    }
    virtual.reals.set(key, known);
    if (takeOver(state, known, conf, effects)) turned.push(known);
    if (known.alive) virtual.liveWeight += known.weight;
  }
  const gone = [...before.values()].filter((real) => virtual.reals.get(real.key) !== real);
  for (const real of gone) dropChecks(state, real.checks, effects);
  return { gone, turned };
}

/**
 * A checker that is the same in both keeps what it knows and when its turn is. A new one begins as the real server is:
 * a file that only changes how it is checked takes nothing out of use, and brings nothing back unseen.
 * @returns whether its health is another one now
 */
function takeOver(state: HealthState, real: RealState, conf: RealServer, effects: HealthEffect[]): boolean {
  const { alive } = real;
  const left = [...real.checks];
  real.conf = conf;
  real.name = placeName(conf, real.virtual.conf.protocol);
  real.checks = checkersOf(real).map((checker) => {
    const index = left.findIndex((check) => sameChecker(check.checker, checker));
    const [kept] = index < 0 ? [] : left.splice(index, 1);
    return kept ?? buildCheck(state, real, checker, alive);
  });
  dropChecks(state, left, effects);
  real.failing = real.checks.filter((check) => !check.up).length;
  real.alive = real.failing === 0;
  real.weight = weightOf(conf.weight, real.checks);
  return real.alive !== alive;
}

export function dropChecks(state: HealthState, checks: readonly CheckState[], effects: HealthEffect[]): void {
  for (const check of checks) {
    rest(check, effects);
    state.checks.delete(check.id);
  }
}

function sameChecker(a: Checker, b: Checker): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

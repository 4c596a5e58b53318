import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import type { CheckConf, Checker, RealServer, VirtualServer } from '../../../keepalived/model/check.ts';
import { addReal, buildCheck, buildVirtual, checkersOf, placeKey, placeName, virtualKey, weightOf } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import { reportStop, reportInitialState } from './start.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';
import { updateSuspension, rest } from './schedule.ts';
import { notifyReal, reportDuplicates, reportReal, reportVirtual } from './notify.ts';

type ReloadEvent = Extract<HealthEvent, { kind: 'reload' }>;

/** Deferred notifications of a virtual server, sent once the table is updated. */
type Report = (effects: HealthEffect[]) => void;

/**
 * Virtual servers in both configurations keep their quorum, the state of their real servers and the schedule of their
 * checks. The wanted table is compared with the kernel's, which also restores entries that were deleted by hand.
 */
export function reload(state: HealthState, event: ReloadEvent, effects: HealthEffect[]): void {
  const before = state.virtuals;
  const owned = [...before.values()].flatMap((virtual) => virtual.services);
  const reports: Report[] = [];
  state.virtuals = new Map();
  for (const conf of event.conf.virtual_server) {
    const key = virtualKey(conf);
    if (state.virtuals.has(key)) continue;
    const previous = before.get(key);
    const virtual = previous ?? buildVirtual(state, conf, event.conf);
    state.virtuals.set(key, virtual);
    reports.push(previous === undefined ? begin(virtual) : carryOver(state, previous, conf, event.conf, effects));
    noteInstalled(virtual);
  }
  for (const [key, virtual] of before) if (!state.virtuals.has(key)) reports.push(end(state, virtual, effects));
  forgetFiles(state);
  const changes = reconcile(event.kernel, wantedTable(state), { foreign: 'keep', owned });
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
  for (const report of reports) report(effects);
  for (const virtual of state.virtuals.values()) {
    reportDuplicates(virtual, effects);
    updateSuspension(state, virtual, event.at, effects);
  }
}

function begin(virtual: VirtualState): Report {
  virtual.quorumUp = hasQuorum(virtual);
  return (effects) => reportInitialState(virtual, effects);
}

function carryOver(
  state: HealthState,
  virtual: VirtualState,
  conf: VirtualServer,
  file: CheckConf,
  effects: HealthEffect[],
): Report {
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
    for (const real of turned) reportReal(real, real.alive ? undefined : { code: 'reload' }, later);
    if (quorumTurned) reportVirtual(virtual, later);
  };
}

/** Drops values of files that are no longer checked, so that they are read again if a later configuration uses them. */
function forgetFiles(state: HealthState): void {
  const used = new Set<string>();
  for (const { checker } of state.checks.values()) if (checker.kind === 'FILE_CHECK') used.add(checker.file);
  for (const file of state.files.keys()) if (!used.has(file)) state.files.delete(file);
}

function end(state: HealthState, virtual: VirtualState, effects: HealthEffect[]): Report {
  for (const real of virtual.reals.values()) dropChecks(state, real.checks, effects);
  return (later) => {
    if (virtual.conf.omega) reportStop(virtual, later);
  };
}

export interface Merged {
  /** Real servers that are no longer configured. */
  readonly gone: readonly RealState[];
  /** Real servers that went up or down because their checkers changed. */
  readonly turned: readonly RealState[];
}

/** Merges the previous real servers of a virtual server into its new configuration. */
export function mergeReals(state: HealthState, virtual: VirtualState, effects: HealthEffect[]): Merged {
  const before = virtual.reals;
  const turned: RealState[] = [];
  virtual.reals = new Map();
  virtual.liveWeight = 0;
  for (const conf of virtual.conf.real_server) {
    const key = placeKey(conf);
    const previous = before.get(key);
    if (previous === undefined || virtual.reals.has(key)) {
      addReal(state, virtual, conf);
      continue;
    }
    virtual.reals.set(key, previous);
    if (takeOver(state, previous, conf, effects)) turned.push(previous);
    if (previous.alive) virtual.liveWeight += previous.weight;
  }
  const gone = [...before.values()].filter((real) => virtual.reals.get(real.key) !== real);
  for (const real of gone) dropChecks(state, real.checks, effects);
  return { gone, turned };
}

/**
 * Unchanged checkers keep their results and schedule. A new one starts with the state of the real server, so that a
 * change of checkers alone takes nothing down and brings nothing up untested.
 * @returns whether the real server went up or down
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

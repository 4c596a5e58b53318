import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import { firstByKey } from '../../../keepalived/ipvs/key.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import type { CheckConf, Checker, RealServer, VirtualServer } from '../../../keepalived/model/check.ts';
import {
  type Numbering,
  buildCheck,
  buildReal,
  buildVirtual,
  checkersOf,
  liveWeightOf,
  placeKey,
  placeName,
  virtualKey,
  weightOf,
} from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import { checkCount, initialReports, report, stopReports } from './start.ts';
import {
  type CheckState,
  type HealthState,
  type HealthStep,
  type RealState,
  type VirtualState,
  placesOfChecks,
  realTable,
  virtualTable,
} from './state.ts';
import { rest } from './schedule.ts';
import { notifyReal, reportReal, reportVirtual } from './notify.ts';

type ReloadEvent = Extract<HealthEvent, { kind: 'reload' }>;

/** A virtual server of the new configuration. */
interface Reloaded {
  readonly virtual: VirtualState;
  /** What stops checks that are no longer configured. */
  readonly effects: readonly HealthEffect[];
  /** Notifications, sent once the table is updated. */
  readonly reports: readonly HealthEffect[];
  readonly nextCheck: number;
}

/**
 * Virtual servers in both configurations keep their quorum, the state of their real servers and the schedule of their
 * checks. The wanted table is compared with the kernel's, which also restores entries that were deleted by hand.
 */
export function reload(before: HealthState, event: ReloadEvent): HealthStep {
  const all: Reloaded[] = [];
  let { nextCheck } = before;
  for (const [key, conf] of firstByKey(event.conf.virtual_server, virtualKey)) {
    const previous = before.virtuals.get(key);
    const numbering = { files: before.files, nextCheck };
    const reloaded =
      previous === undefined ? begin(conf, event.conf, numbering) : carryOver(previous, conf, event.conf, numbering);
    nextCheck = reloaded.nextCheck;
    all.push(reloaded);
  }
  const virtuals = virtualTable(all.map(({ virtual }) => virtual));
  const gone = [...before.virtuals.values()].filter(({ key }) => !virtuals.has(key));
  const state: HealthState = {
    ...before,
    virtuals,
    places: placesOfChecks(virtuals.values()),
    files: filesInUse(before.files, virtuals.values()),
    nextCheck,
  };
  const owned = [...before.virtuals.values()].flatMap((virtual) => virtual.services);
  const changes = reconcile(event.kernel, wantedTable(state), { foreign: 'keep', owned });
  const effects: readonly HealthEffect[] = [
    ...all.flatMap((one) => one.effects),
    ...gone.flatMap(({ reals }) => Array.from(reals.values(), ({ checks }) => restAll(checks)).flat()),
    ...(changes.length > 0 ? [{ kind: 'ipvs', changes } as const] : []),
    ...all.flatMap((one) => one.reports),
    ...gone.filter(({ conf }) => conf.omega).flatMap(stopReports),
  ];
  return report(state, effects, () => [], event.at);
}

function begin(conf: VirtualServer, file: CheckConf, numbering: Numbering): Reloaded {
  const built = buildVirtual(conf, file, numbering);
  const virtual = noteInstalled({ ...built, quorumUp: hasQuorum(built) });
  const nextCheck = numbering.nextCheck + checkCount(virtual);
  return { virtual, effects: [], reports: initialReports(virtual), nextCheck };
}

function carryOver(previous: VirtualState, conf: VirtualServer, file: CheckConf, numbering: Numbering): Reloaded {
  const { reals, gone, turned, effects, nextCheck } = mergeReals(previous, conf, numbering);
  const merged: VirtualState = {
    ...previous,
    conf,
    groups: file.virtual_server_group,
    services: serviceIds(conf, file.virtual_server_group),
    reals: realTable(reals),
    liveWeight: liveWeightOf(reals),
  };
  const virtual = noteInstalled({ ...merged, quorumUp: hasQuorum(merged) });
  const down = previous.conf.omega ? gone.filter(({ alive }) => alive) : [];
  return {
    virtual,
    effects,
    nextCheck,
    reports: [
      ...down.flatMap((real) => notifyReal(virtual, real, 'DOWN')),
      ...turned.flatMap((real) => reportReal(virtual, real, real.alive ? undefined : { code: 'reload' })),
      ...(virtual.quorumUp === previous.quorumUp ? [] : reportVirtual(virtual)),
    ],
  };
}

/** Drops values of files that are no longer checked, so that they are read again if a later configuration uses them. */
function filesInUse(files: HealthState['files'], virtuals: Iterable<VirtualState>): HealthState['files'] {
  const used = new Set<string>();
  for (const { reals } of virtuals)
    for (const { checks } of reals.values())
      for (const { checker } of checks) if (checker.kind === 'FILE_CHECK') used.add(checker.file);
  return new Map([...files].filter(([file]) => used.has(file)));
}

interface Merged {
  readonly reals: readonly RealState[];
  /** Real servers that are no longer configured. */
  readonly gone: readonly RealState[];
  /** Real servers that went up or down because their checkers changed. */
  readonly turned: readonly RealState[];
  readonly effects: readonly HealthEffect[];
  readonly nextCheck: number;
}

/** Merges the previous real servers of a virtual server into its new configuration. */
function mergeReals({ reals: before }: VirtualState, virtual: VirtualServer, numbering: Numbering): Merged {
  const reals: RealState[] = [];
  const turned: RealState[] = [];
  const effects: HealthEffect[] = [];
  let { nextCheck } = numbering;
  const confs = firstByKey(virtual.real_server, placeKey);
  for (const [key, conf] of confs) {
    const previous = before.get(key);
    const { files } = numbering;
    if (previous === undefined) {
      const real = buildReal(conf, virtual, { files, nextCheck });
      nextCheck += real.checks.length;
      reals.push(real);
      continue;
    }
    const taken = takeOver(previous, conf, virtual, { files, nextCheck });
    nextCheck = taken.nextCheck;
    reals.push(taken.real);
    if (taken.real.alive !== previous.alive) turned.push(taken.real);
    effects.push(...restAll(taken.dropped));
  }
  const gone = [...before.values()].filter(({ key }) => !confs.has(key));
  effects.push(...gone.flatMap(({ checks }) => restAll(checks)));
  return { reals, gone, turned, effects, nextCheck };
}

/**
 * Unchanged checkers keep their results and schedule. A new one starts with the state of the real server, so that a
 * change of checkers alone takes nothing down and brings nothing up untested.
 */
function takeOver(
  previous: RealState,
  conf: RealServer,
  virtual: VirtualServer,
  { files, nextCheck: first }: Numbering,
): { readonly real: RealState; readonly dropped: readonly CheckState[]; readonly nextCheck: number } {
  const dropped = [...previous.checks];
  let nextCheck = first;
  const checks = checkersOf(conf, virtual).map((checker) => {
    const index = dropped.findIndex((check) => sameChecker(check.checker, checker));
    const [kept] = index < 0 ? [] : dropped.splice(index, 1);
    if (kept !== undefined) return kept;
    const check = buildCheck(checker, previous.alive, { files, nextCheck });
    nextCheck += 1;
    return check;
  });
  const real: RealState = {
    ...previous,
    conf,
    name: placeName(conf, virtual.protocol),
    checks,
    alive: checks.every((check) => check.up),
    weight: weightOf(conf.weight, checks),
  };
  return { real, dropped, nextCheck };
}

function restAll(checks: readonly CheckState[]): readonly HealthEffect[] {
  return checks.flatMap((check) => rest(check).effects);
}

function sameChecker(a: Checker, b: Checker): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

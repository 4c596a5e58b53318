import { firstByKey } from '../../../keepalived/ipvs/key.ts';
import { reconcile } from '../ipvs/reconcile.ts';
import { buildVirtual, virtualKey } from './build.ts';
import type { HealthEffect, HealthEvent } from './event.ts';
import { hasQuorum } from './quorum.ts';
import { noteInstalled, wantedTable } from './wanted.ts';
import {
  type HealthState,
  type HealthStep,
  type VirtualState,
  initialHealth,
  placesOfChecks,
  virtualTable,
} from './state.ts';
import { rest, updateSuspensions } from './schedule.ts';
import { notifyReal, notifyVirtual, reportDuplicates, reportVirtual } from './notify.ts';

type StartEvent = Extract<HealthEvent, { kind: 'start' }>;

/** Updates the table first, then reports the initial state, then starts the checks. */
export function start(before: HealthState, event: StartEvent): HealthStep {
  const virtuals: VirtualState[] = [];
  let { nextCheck } = before;
  for (const conf of firstByKey(event.conf.virtual_server, virtualKey).values()) {
    const virtual = buildVirtual(conf, event.conf, { files: before.files, nextCheck });
    nextCheck += checkCount(virtual);
    virtuals.push(noteInstalled({ ...virtual, quorumUp: hasQuorum(virtual) }));
  }
  const state: HealthState = {
    ...before,
    virtuals: virtualTable(virtuals),
    places: placesOfChecks(virtuals),
    random: event.seed >>> 0,
    nextCheck,
  };
  const foreign = event.flush ? 'remove' : 'keep';
  const changes = reconcile(event.kernel, wantedTable(state), { foreign, owned: event.owned ?? [] });
  return report(state, changes.length > 0 ? [{ kind: 'ipvs', changes }] : [], initialReports, event.at);
}

/** Reports each virtual server, then starts, suspends or resumes its checks. */
export function report(
  before: HealthState,
  first: readonly HealthEffect[],
  reports: (virtual: VirtualState) => readonly HealthEffect[],
  at: number,
): HealthStep {
  const effects = [...first];
  let state = before;
  for (const virtual of before.virtuals.values()) {
    const step = updateSuspensions(state, [virtual.key], at);
    effects.push(...reportDuplicates(virtual), ...reports(virtual), ...step.effects);
    state = step.state;
  }
  return { state, effects };
}

export function checkCount(virtual: VirtualState): number {
  return [...virtual.reals.values()].reduce((sum, { checks }) => sum + checks.length, 0);
}

/** With `alpha`, no quorum at startup is expected and is only reported if a sorry server is in use. */
export function initialReports(virtual: VirtualState): readonly HealthEffect[] {
  return virtual.quorumUp || virtual.conf.sorry_server !== undefined ? reportVirtual(virtual) : [];
}

type StopEvent = Extract<HealthEvent, { kind: 'stop' }>;

/** SIGTERM: stops checks, removes our services from the table, and with `omega` reports everything as down. */
export function stop(state: HealthState, event: StopEvent): HealthStep {
  const virtuals = [...state.virtuals.values()];
  const checks = virtuals.flatMap(({ reals }) => Array.from(reals.values(), (real) => real.checks).flat());
  const ours = virtuals.flatMap((virtual) => virtual.services);
  const changes = reconcile(event.kernel, [], { foreign: event.flush === 'all' ? 'remove' : 'keep', owned: ours });
  const { virtuals: none, places } = initialHealth();
  return {
    state: { ...state, virtuals: none, places },
    effects: [
      ...checks.flatMap((check) => rest(check).effects),
      ...(changes.length > 0 ? [{ kind: 'ipvs', changes } as const] : []),
      ...virtuals.filter(({ conf }) => conf.omega).flatMap(stopReports),
    ],
  };
}

/** As in keepalived, reports real servers that were up, and all virtual servers, as down. */
export function stopReports(virtual: VirtualState): readonly HealthEffect[] {
  const up = [...virtual.reals.values()].filter(({ alive }) => alive);
  return [...up.flatMap((real) => notifyReal(virtual, real, 'DOWN')), ...notifyVirtual(virtual, 'DOWN')];
}

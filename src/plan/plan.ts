import type { PlannedEngine } from '../desired/engine.ts';
import type { Failure } from '../failure.ts';
import { type Cluster, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, FailedHost } from '../observe/cluster-state.ts';
import type { Change } from './change.ts';
import { masterOf } from './master.ts';
import { type Wave, wavesOf } from './waves.ts';

/**
 * What would be done, as data. A plan with hosts that could not be read may be shown, but not applied: half a view is
 * no ground to act on.
 */
export interface Plan {
  readonly waves: readonly Wave[];
  readonly unreadable: readonly FailedHost[];
  /** Names of all hosts of the cluster, in the order of the inventory. */
  readonly hosts: readonly string[];
  /** What keeps the addresses on each director that could be read, and why that. */
  readonly engines: readonly ({ readonly host: string } & PlannedEngine)[];
}

/**
 * @param impossible hosts that are left alone, and why
 * @param changes all changes, hosts in the order of the inventory
 */
export function planCluster(
  cluster: Cluster,
  state: ClusterState,
  engines: ReadonlyMap<string, PlannedEngine>,
  impossible: ReadonlyMap<string, Failure>,
  changes: readonly Change[],
): Plan {
  const names = hostsOf(cluster).map(({ host }) => host.name);
  const left = names.flatMap((host) => {
    const failure = impossible.get(host);
    return failure === undefined ? [] : [{ host, failure }];
  });
  return planOf(
    names,
    changes,
    [...state.unreadable, ...left],
    masterOf(cluster, state),
    [...engines].map(([host, engine]) => ({ host, ...engine })),
  );
}

/**
 * @param changes all changes, hosts in the order of the inventory
 * @param master name of the director that is changed last; undefined when there is none
 */
export function planOf(
  hosts: readonly string[],
  changes: readonly Change[],
  unreadable: Plan['unreadable'],
  master: string | undefined,
  engines: Plan['engines'] = [],
): Plan {
  return { waves: wavesOf(changes, master), unreadable, hosts, engines };
}

/** All changes of a plan, in the order in which they are made. */
export function changesIn(plan: Plan): readonly Change[] {
  return plan.waves.flatMap((wave) => wave.changes);
}

export function isEmpty(plan: Plan): boolean {
  return plan.waves.length === 0 && plan.unreadable.length === 0;
}

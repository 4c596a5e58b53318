import type { PlannedEngine } from '../desired/engine.ts';
import type { HostWarning } from '../desired/warnings.ts';
import type { Failure } from '../failure.ts';
import { type Cluster, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, FailedHost } from '../observe/cluster-state.ts';
import type { Change } from './change.ts';
import { masterOf } from './master.ts';
import { type Wave, wavesOf } from './waves.ts';

/**
 * A plan as data. A plan with unreadable hosts can be shown but not applied, because it is
 * incomplete.
 */
export interface Plan {
  readonly waves: readonly Wave[];
  readonly unreadable: readonly FailedHost[];
  /** Names of all hosts of the cluster, in the order of the inventory. */
  readonly hosts: readonly string[];
  /** The engine of each readable director, with the reason. */
  readonly engines: readonly ({ readonly host: string } & PlannedEngine)[];
  /** Settings of hosts that work against the cluster, and that lvsctl leaves unchanged. */
  readonly warnings: readonly HostWarning[];
  /** Names of real servers by their addresses in keepalived.conf. */
  readonly names?: ReadonlyMap<string, string>;
}

/**
 * @param impossible hosts that fail preflight, and why
 * @param changes all changes, hosts in the order of the inventory
 */
export function planCluster(
  cluster: Cluster,
  state: ClusterState,
  engines: ReadonlyMap<string, PlannedEngine>,
  impossible: ReadonlyMap<string, Failure>,
  changes: readonly Change[],
  warnings: readonly HostWarning[] = [],
): Plan {
  const names = hostsOf(cluster).map(({ host }) => host.name);
  const left = names.flatMap((host) => {
    const failure = impossible.get(host);
    return failure === undefined ? [] : [{ host, failure }];
  });
  const plan = planOf(
    names,
    changes,
    [...state.unreadable, ...left],
    masterOf(cluster, state),
    [...engines].map(([host, engine]) => ({ host, ...engine })),
    warnings,
  );
  const members = cluster.virtualServers.flatMap(({ pool }) => pool);
  return { ...plan, names: new Map(members.map(({ address, name }) => [address, name])) };
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
  warnings: Plan['warnings'] = [],
): Plan {
  return { waves: wavesOf(changes, master), unreadable, hosts, engines, warnings };
}

/** All changes of a plan, in the order of application. */
export function changesIn(plan: Plan): readonly Change[] {
  return plan.waves.flatMap((wave) => wave.changes);
}

export function isEmpty(plan: Plan): boolean {
  return plan.waves.length === 0 && plan.unreadable.length === 0;
}

import { type Cluster, hostsOf } from '../inventory/cluster.ts';
import { type ClusterState, surroundingsIn } from '../observe/cluster-state.ts';
import type { Want } from '../resources/kinds.ts';
import { type Change, changesOf } from './change.ts';

/** All changes, in the order of the inventory. An unreadable host has none. */
export function clusterChanges(
  cluster: Cluster,
  state: ClusterState,
  wants: ReadonlyMap<string, readonly Want[]>,
): readonly Change[] {
  const surroundings = surroundingsIn(cluster, state);
  return hostsOf(cluster).flatMap(({ host: { name }, role }) => {
    const own = wants.get(name);
    const have = state.hosts.get(name)?.have;
    const around = surroundings.get(name);
    if (own === undefined || have === undefined || around === undefined) return [];
    return changesOf(name, role, own, have, around);
  });
}

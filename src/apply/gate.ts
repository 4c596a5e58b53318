import type { Cluster } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import { type Change, isSame } from '../plan/change.ts';
import { clusterChanges } from '../plan/cluster-changes.ts';
import type { Planned } from '../plan/planned.ts';

/** Seconds a started service gets to fall over before a wave counts as well. */
const SETTLE_SECONDS = [1, 2, 3];

/**
 * Which of the changes that were just made are still open, compared with what was planned. What later waves will do on
 * the same hosts is none of them.
 * @param observe observes the hosts again after so many seconds
 * @throws Failure: a host that cannot be read any more is not well.
 */
export async function stillOpen(
  cluster: Cluster,
  { state, wants }: Planned,
  made: readonly Change[],
  observe: (hosts: ReadonlySet<string>, seconds: number) => Promise<ClusterState>,
): Promise<readonly Change[]> {
  const changed = new Set(made.map(({ host }) => host));
  let open: readonly Change[] = [];
  for (const seconds of SETTLE_SECONDS) {
    const now = await observe(changed, seconds);
    const [lost] = now.unreadable;
    if (lost !== undefined) throw lost.failure;
    const all = clusterChanges(cluster, { ...now, hosts: new Map([...state.hosts, ...now.hosts]) }, wants);
    open = all.filter((one) => made.some((change) => isSame(one, change)));
    if (open.length === 0) return [];
  }
  return open;
}

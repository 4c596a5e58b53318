import type { Cluster } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';

/** The director in state MASTER that holds a virtual address; otherwise the first director of the inventory. */
export function masterOf({ directors }: Cluster, { hosts }: ClusterState): string | undefined {
  const master = directors.find(({ name }) => hosts.get(name)?.facts.vrrpState === 'MASTER');
  return (master ?? directors[0])?.name;
}

import type { Cluster } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';

/** The holder of a virtual address whose engine says MASTER; with none, the inventory's first director. */
export function masterOf({ directors }: Cluster, { hosts }: ClusterState): string | undefined {
  const master = directors.find(({ name }) => hosts.get(name)?.facts.vrrpState === 'MASTER');
  return (master ?? directors[0])?.name;
}

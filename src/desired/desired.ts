import type { Failure } from '../failure.ts';
import { type Cluster, type Member, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import type { Want } from '../resources/kinds.ts';
import { client } from './client.ts';
import { director } from './director.ts';
import type { PlannedEngine } from './engine.ts';
import { realServer } from './real-server.ts';

/** The wants of each readable and supported host, in the order of application. */
export function desired(
  cluster: Cluster,
  { hosts }: ClusterState,
  engines: ReadonlyMap<string, PlannedEngine>,
  unsupported: ReadonlyMap<string, Failure>,
): ReadonlyMap<string, readonly Want[]> {
  return new Map(
    hostsOf(cluster).flatMap((member) => {
      const { name } = member.host;
      const state = hosts.get(name);
      return state === undefined || unsupported.has(name)
        ? []
        : [[name, wantsOf(cluster, member, state, engines.get(name))] as const];
    }),
  );
}

function wantsOf(
  cluster: Cluster,
  member: Member,
  state: HostState,
  engine: PlannedEngine | undefined,
): readonly Want[] {
  switch (member.role) {
    case 'director':
      return engine === undefined ? [] : director(cluster, member.host, state, engine);
    case 'real-server':
      return realServer(cluster, member.host, state);
    case 'client':
      return client(cluster);
  }
}

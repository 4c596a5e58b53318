import type { Bundle } from '../bundle/manifest.ts';
import type { Failure } from '../failure.ts';
import { type Cluster, type Member, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import type { Want } from '../resources/kinds.ts';
import { fromBundle } from './bundled.ts';
import { client } from './client.ts';
import { director } from './director.ts';
import type { PlannedEngine } from './engine.ts';
import { strayServices } from './kernel-table.ts';
import { networkdWants } from './networkd.ts';
import { hostFirewall } from './host-firewall.ts';
import { besidesDirector, realServer } from './real-server.ts';

export interface DesiredOptions {
  /** Whether virtual services that are in a kernel's table and not in the inventory are removed. */
  readonly flushUnmanaged: boolean;
  /** Packages for hosts that have no other source of them. */
  readonly bundle?: Bundle | undefined;
}

/** The wants of each readable and supported host, in the order of application. */
export function desired(
  cluster: Cluster,
  { hosts }: ClusterState,
  engines: ReadonlyMap<string, PlannedEngine>,
  unsupported: ReadonlyMap<string, Failure>,
  options: DesiredOptions = { flushUnmanaged: false },
): ReadonlyMap<string, readonly Want[]> {
  return new Map(
    hostsOf(cluster).flatMap((member) => {
      const { name } = member.host;
      const state = hosts.get(name);
      return state === undefined || unsupported.has(name)
        ? []
        : [
            [
              name,
              fromBundle(
                [
                  ...(member.role === 'client' ? [] : hostFirewall(cluster, member, state)),
                  ...(member.role === 'client' ? [] : networkdWants(cluster, member, state)),
                  ...wantsOf(cluster, member, state, engines.get(name), options),
                ],
                state,
                options.bundle,
              ),
            ] as const,
          ];
    }),
  );
}

function wantsOf(
  cluster: Cluster,
  member: Member,
  state: HostState,
  engine: PlannedEngine | undefined,
  { flushUnmanaged }: DesiredOptions,
): readonly Want[] {
  if (member.director !== undefined) {
    if (engine === undefined) return [];
    return [
      ...director(cluster, member.director, state, engine),
      ...(member.realServer === undefined ? [] : besidesDirector(cluster, member.realServer, state)),
      ...(flushUnmanaged ? strayServices(cluster, member.director, state.have.ipvs) : []),
    ];
  }
  return member.realServer === undefined ? client(cluster) : realServer(cluster, member.realServer, state);
}

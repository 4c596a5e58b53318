import type { Cluster, Director } from '../inventory/cluster.ts';
import type { SourceName } from '../inventory/package-sources.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import type { Facts } from '../observe/facts.ts';
import { buildFor, isBuild } from './builds.ts';

/** What the facts say of a source of the inventory. */
const FOUND: Readonly<Record<Exclude<SourceName, 'source' | 'agent'>, readonly Facts['keepalivedFrom'][]>> = {
  local_mount: ['mount'],
  bundle: ['bundle'],
  distribution: ['candidate', 'unread'],
};

/**
 * The state of directors with the source that keepalived is taken from: the first of `packages.from` that has it. What is
 * installed stays, and a keepalived that was built stays built.
 */
export function withSources(cluster: Cluster, state: ClusterState): ClusterState {
  const hosts = new Map(state.hosts);
  for (const director of cluster.directors) {
    const host = hosts.get(director.name);
    if (host !== undefined) hosts.set(director.name, { ...host, facts: chosen(cluster, state, director, host) });
  }
  return { ...state, hosts };
}

function chosen(cluster: Cluster, state: ClusterState, { engine }: Director, host: HostState): Facts {
  const { facts, have } = host;
  const found = facts.keepalivedFrom;
  if (engine === 'agent') return facts;
  const build = buildFor(cluster, state, host, 'keepalived');
  const built = {
    ...facts,
    keepalivedFrom: 'source',
    keepalivedVersion: isBuild(build) ? build.version : undefined,
  } as const;
  if (found === 'installed') return have.built.has('keepalived') && isBuild(build) ? built : facts;
  for (const name of cluster.packages.from) {
    if (name === 'agent') break;
    if (name === 'source') {
      if (isBuild(build)) return built;
    } else if (FOUND[name].includes(found)) return facts;
  }
  return found === undefined ? facts : { ...facts, keepalivedFrom: 'none', keepalivedVersion: undefined };
}

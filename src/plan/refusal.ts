import { Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { type ClusterState, surroundingsIn } from '../observe/cluster-state.ts';
import { type Have, type Want, resourceOf, titleOf } from '../resources/kinds.ts';
import { limitedFolders } from './limited-folders.ts';
import type { Surroundings } from '../resources/resource.ts';

/** Hosts that cannot be changed, and why. */
export function refusalsIn(
  cluster: Cluster,
  state: ClusterState,
  wants: ReadonlyMap<string, readonly Want[]>,
): ReadonlyMap<string, Failure> {
  const surroundings = surroundingsIn(cluster, state);
  return new Map(
    [...wants].flatMap(([host, own]) => {
      const observed = state.hosts.get(host);
      const around = surroundings.get(host);
      const refusal =
        observed && around && (refusalOf(host, own, observed.have, around) ?? limitedFolders(observed, own, around));
      return refusal === undefined ? [] : [[host, refusal] as const];
    }),
  );
}

/**
 * Why a host cannot be changed, from observation; undefined when it can. It stops a run before
 * anything is changed anywhere.
 */
function refusalOf(host: string, wants: readonly Want[], have: Have, around: Surroundings): Failure | undefined {
  const refused = wants.flatMap((want) => {
    const resource = resourceOf(want);
    const refusal = resource.refuse(have, around);
    return refusal === undefined ? [] : [{ what: titleOf(resource.kind, resource.key), ...refusal }];
  });
  const [first] = refused;
  if (first === undefined) return undefined;
  return new Failure(
    'unsupported',
    `${host}: ${refused.map(({ what, because }) => `${what}: ${because}`).join('; ')}`,
    { host, hint: first.hint },
  );
}

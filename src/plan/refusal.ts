import { Failure } from '../failure.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import { type Have, type Want, resourceOf, titleOf } from '../resources/kinds.ts';

/** Hosts that cannot be made what they must be, and why. */
export function refusalsIn(
  { hosts }: ClusterState,
  wants: ReadonlyMap<string, readonly Want[]>,
): ReadonlyMap<string, Failure> {
  return new Map(
    [...wants].flatMap(([host, own]) => {
      const have = hosts.get(host)?.have;
      const refusal = have && refusalOf(host, own, have);
      return refusal === undefined ? [] : [[host, refusal] as const];
    }),
  );
}

/**
 * Why a host cannot be made what it must be, found by looking; undefined when nothing is in the way. It stops a run before
 * anything is changed anywhere.
 */
function refusalOf(host: string, wants: readonly Want[], have: Have): Failure | undefined {
  const refused = wants.flatMap((want) => {
    const resource = resourceOf(want);
    const refusal = resource.refuse(have);
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

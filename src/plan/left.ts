import type { Cluster } from '../inventory/cluster.ts';
import { type ClusterState, surroundingsIn } from '../observe/cluster-state.ts';
import { type Have, type Kind, type Want, resourceOf } from '../resources/kinds.ts';
import type { Left, Surroundings } from '../resources/resource.ts';

/** A resource that a reset leaves as it is. */
export interface LeftResource extends Left {
  readonly host: string;
  readonly kind: Kind;
  readonly key: string;
}

/** What can be wanted of each host, and what is left because it belongs to others or cannot be changed. */
export function withoutLeft(
  cluster: Cluster,
  state: ClusterState,
  wants: ReadonlyMap<string, readonly Want[]>,
): { readonly wants: ReadonlyMap<string, readonly Want[]>; readonly left: readonly LeftResource[] } {
  const surroundings = surroundingsIn(cluster, state);
  const judged = [...wants].flatMap(([host, own]) => {
    const have = state.hosts.get(host)?.have;
    const around = surroundings.get(host);
    return have === undefined || around === undefined
      ? []
      : [{ host, all: own.map((want) => judge(want, have, around)) }];
  });
  return {
    wants: new Map(judged.map(({ host, all }) => [host, all.flatMap(({ wanted }) => wanted)])),
    left: judged.flatMap(({ host, all }) => all.flatMap(({ left }) => left.map((one) => ({ host, ...one })))),
  };
}

function judge(want: Want, have: Have, around: Surroundings) {
  const resource = resourceOf(want);
  const { kind, key } = resource;
  const refusal = resource.refuse(have, around);
  const left =
    refusal === undefined ? resource.leaves(have, around) : [{ because: refusal.because, needsRecord: true }];
  return { wanted: refusal === undefined ? [want] : [], left: left.map((one) => ({ kind, key, ...one })) };
}

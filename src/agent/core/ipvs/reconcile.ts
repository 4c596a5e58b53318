import { equalDestinations, equalServices } from './equal.ts';
import { destinationKey, firstByKey, serviceKey } from '../../../keepalived/ipvs/key.ts';
import type { Destination, IpvsChange, Service, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';

export interface ReconcileOptions {
  /** What happens to services that are neither wanted nor `owned`: somebody else made them. */
  readonly foreign: 'keep' | 'remove';
  /** Services that we made, or that a former configuration had: they go when they are not wanted any more. */
  readonly owned: readonly ServiceId[];
}

/**
 * The requests that make `have` into `want`, in the order in which they must be made; empty when nothing differs.
 * Of several services with one id, or destinations with one address and port, the first counts.
 *
 * While they are carried out, no service is without destinations (or with all at weight 0) that is not so before or
 * after: new destinations come first, weights go up before others go to 0, and old destinations go last. A service is
 * only deleted when it is not wanted: what can change about one is set, and its connections live on.
 */
export function reconcile(have: Table, want: Table, options: ReconcileOptions): readonly IpvsChange[] {
  const present = firstByKey(have, (service) => serviceKey(service.id));
  const wanted = firstByKey(want, (service) => serviceKey(service.id));
  const owned = new Set(options.owned.map(serviceKey));
  const gone = [...present]
    .filter(([key]) => !wanted.has(key) && (options.foreign === 'remove' || owned.has(key)))
    .map(([, { id }]) => ({ kind: 'del-service' as const, id }));
  return [...[...wanted].flatMap(([key, service]) => changesOf(present.get(key), service)), ...gone];
}

function changesOf(have: Service | undefined, want: Service): readonly IpvsChange[] {
  const { destinations, ...service } = want;
  const changes = destinationChanges(want.id, have?.destinations ?? [], destinations);
  if (have === undefined) return [{ kind: 'new-service', service }, ...changes];
  return equalServices(have, want) ? changes : [{ kind: 'set-service', service }, ...changes];
}

function destinationChanges(
  id: ServiceId,
  have: readonly Destination[],
  want: readonly Destination[],
): readonly IpvsChange[] {
  const present = firstByKey(have, destinationKey);
  const wanted = firstByKey(want, destinationKey);
  const fresh = [...wanted].filter(([key]) => !present.has(key)).map(([, destination]) => destination);
  const changed = [...wanted]
    .filter(([key, destination]) => {
      const old = present.get(key);
      return old !== undefined && !equalDestinations(old, destination);
    })
    .map(([, destination]) => destination);
  const gone = [...present].filter(([key]) => !wanted.has(key)).map(([, destination]) => destination);
  const set = [
    ...changed.filter((destination) => destination.weight > 0),
    ...changed.filter((destination) => destination.weight <= 0),
  ];
  return [
    ...fresh.map((destination) => ({ kind: 'new-destination' as const, id, destination })),
    ...set.map((destination) => ({ kind: 'set-destination' as const, id, destination })),
    ...gone.map(({ address, port }) => ({ kind: 'del-destination' as const, id, address, port })),
  ];
}

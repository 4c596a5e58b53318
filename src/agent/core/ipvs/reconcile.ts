import { equalDestinations, equalServices } from './equal.ts';
import { destinationKey, firstByKey, serviceKey } from '../../../keepalived/ipvs/key.ts';
import type { Destination, IpvsChange, Service, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';

export interface ReconcileOptions {
  /** What to do with services that are neither wanted nor `owned`, that is, created by another program. */
  readonly foreign: 'keep' | 'remove';
  /** Services created by the agent, removed once they are no longer wanted. */
  readonly owned: readonly ServiceId[];
}

/**
 * The ordered changes that turn `have` into `want`; empty if nothing differs. Of duplicate services or destinations the
 * first wins.
 *
 * No service is left without usable destinations in between: destinations are added first, then weights raised, then
 * set to 0, and old destinations are removed last. A service that stays wanted is modified in place, so that its
 * connections survive.
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

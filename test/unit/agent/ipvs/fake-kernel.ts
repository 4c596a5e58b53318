import { destinationKey, serviceKey } from '../../../../src/keepalived/ipvs/key.ts';
import type { Destination, IpvsChange, Service, Table } from '../../../../src/keepalived/ipvs/table.ts';

/** Errors returned by net/netfilter/ipvs/ip_vs_ctl.c. */
export type Refused = 'EEXIST' | 'ENOENT' | 'ESRCH' | 'ERANGE';

/** The table after a request, or the error. */
export function request(table: Table, change: IpvsChange): Table | Refused {
  const id = 'service' in change ? change.service.id : change.id;
  const key = serviceKey(id);
  const found = table.find((service) => serviceKey(service.id) === key);
  if (change.kind === 'new-service')
    return found === undefined ? [...table, { ...change.service, destinations: [] }] : 'EEXIST';
  if (found === undefined) return 'ESRCH';
  if (change.kind === 'del-service') return table.filter((service) => service !== found);
  const next =
    'service' in change ? { ...change.service, destinations: found.destinations } : withDestinations(found, change);
  return typeof next === 'string' ? next : table.map((service) => (service === found ? next : service));
}

type DestinationChange = Extract<IpvsChange, { kind: 'new-destination' | 'set-destination' | 'del-destination' }>;

function withDestinations(service: Service, change: DestinationChange): Service | Refused {
  const key = destinationKey(change.kind === 'del-destination' ? change : change.destination);
  const found = service.destinations.find((destination) => destinationKey(destination) === key);
  const { destinations } = service;
  if (change.kind !== 'del-destination' && refusesNumbers(change.destination)) return 'ERANGE';
  if (change.kind === 'new-destination')
    return found === undefined ? { ...service, destinations: [...destinations, change.destination] } : 'EEXIST';
  if (found === undefined) return 'ENOENT';
  return {
    ...service,
    destinations:
      change.kind === 'del-destination'
        ? destinations.filter((destination) => destination !== found)
        : destinations.map((destination) => (destination === found ? change.destination : destination)),
  };
}

function refusesNumbers({ weight, upperThreshold, lowerThreshold }: Destination): boolean {
  return weight < 0 || lowerThreshold > upperThreshold;
}

/** The tables after each request. @throws Error if one is refused */
export function requestAll(table: Table, changes: readonly IpvsChange[]): readonly Table[] {
  const tables: Table[] = [table];
  for (const change of changes) {
    const next = request(tables.at(-1) ?? [], change);
    if (typeof next === 'string') throw new Error(`${next}: ${JSON.stringify(change)}`);
    tables.push(next);
  }
  return tables;
}

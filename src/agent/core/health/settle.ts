import { desiredServices, type ServerState } from '../../../keepalived/ipvs/services.ts';
import type { Destination, IpvsChange, ServiceId } from '../../../keepalived/ipvs/table.ts';
import type { HealthEffect } from './event.ts';
import type { VirtualState } from './state.ts';
import { placesOf, wantedServer } from './wanted.ts';

/** Asks the kernel for what has changed at these places of a virtual server, in their order, in every service of it. */
export function settle(virtual: VirtualState, keys: Iterable<string>, effects: HealthEffect[]): void {
  const changes: IpvsChange[] = [];
  for (const key of keys) settlePlace(virtual, key, changes);
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
}

/** After the whole table was asked for: every place is as it is wanted. */
export function noteInstalled(virtual: VirtualState): void {
  virtual.installed = new Map();
  for (const key of placesOf(virtual)) {
    const wanted = wantedServer(virtual, key);
    if (wanted !== undefined) virtual.installed.set(key, wanted);
  }
}

function settlePlace(virtual: VirtualState, key: string, changes: IpvsChange[]): void {
  const before = virtual.installed.get(key);
  const wanted = wantedServer(virtual, key);
  if (wanted === undefined) {
    if (before === undefined) return;
    virtual.installed.delete(key);
    for (const { id, destination } of inServices(virtual, before)) {
      const { address, port } = destination;
      changes.push({ kind: 'del-destination', id, address, port });
    }
    return;
  }
  if (before?.server === wanted.server && before.weight === wanted.weight) return;
  virtual.installed.set(key, wanted);
  const kind = before === undefined ? 'new-destination' : 'set-destination';
  for (const { id, destination } of inServices(virtual, wanted)) changes.push({ kind, id, destination });
}

/** One server as each service of the virtual server has it. */
function inServices(
  virtual: VirtualState,
  server: ServerState,
): readonly { readonly id: ServiceId; readonly destination: Destination }[] {
  return desiredServices(virtual.conf, virtual.groups, [server]).flatMap(({ id, destinations }) =>
    destinations.map((destination) => ({ id, destination })),
  );
}

import { type ServerState, desiredServices } from '../../../keepalived/ipvs/services.ts';
import type { Destination, IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import { placeKey } from './build.ts';
import type { HealthState, RealState, VirtualState } from './state.ts';
import type { HealthEffect } from './event.ts';

/**
 * The server that the services of a virtual server should have for a key, or undefined if none. Derived from the state
 * alone: the whole table consists of these, and changes are requested where they differ from `installed`.
 */
export function wantedServer(virtual: VirtualState, key: string): ServerState | undefined {
  const sorry = virtual.conf.sorry_server;
  const sorryHere = sorry !== undefined && placeKey(sorry) === key;
  if (sorryHere && usesSorryServer(virtual)) return { server: sorry, weight: 1, present: true };
  const real = virtual.reals.get(key);
  const state = real === undefined ? undefined : wantedReal(virtual, real);
  if (state !== undefined) return state;
  return sorryHere && virtual.conf.sorry_server_inhibit ? { server: sorry, weight: 0, present: true } : undefined;
}

/** Below quorum the sorry server replaces all real servers. Without one the remaining real servers stay in use. */
export function usesSorryServer(virtual: VirtualState): boolean {
  return virtual.conf.sorry_server !== undefined && !virtual.quorumUp;
}

/** Keys of all servers that can be in the table. */
export function placesOf(virtual: VirtualState): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  const keys = [...virtual.reals.keys()];
  return sorry === undefined || virtual.reals.has(placeKey(sorry)) ? keys : [...keys, placeKey(sorry)];
}

/** The wanted table, derived from the state alone. */
export function wantedTable(state: HealthState): Table {
  return [...state.virtuals.values()].flatMap((virtual) => {
    const servers = placesOf(virtual).flatMap((key) => wantedServer(virtual, key) ?? []);
    return desiredServices(virtual.conf, virtual.groups, servers);
  });
}

/** inhibit_on_failure keeps a failed real server with weight 0, so that its connections continue. */
function wantedReal(virtual: VirtualState, real: RealState): ServerState | undefined {
  const used = real.alive && !usesSorryServer(virtual);
  if (!used && !real.conf.inhibit_on_failure) return undefined;
  return { server: real.conf, weight: used ? real.weight : 0, present: true };
}

/** Requests the kernel changes for these keys, in order, in every service of the virtual server. */
export function settle(virtual: VirtualState, keys: Iterable<string>, effects: HealthEffect[]): void {
  const changes: IpvsChange[] = [];
  for (const key of keys) settlePlace(virtual, key, changes);
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
}

/** Records that the complete wanted table has been requested. */
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

/** The destination of a server in each service of the virtual server. */
function inServices(
  virtual: VirtualState,
  server: ServerState,
): readonly { readonly id: ServiceId; readonly destination: Destination }[] {
  return desiredServices(virtual.conf, virtual.groups, [server]).flatMap(({ id, destinations }) =>
    destinations.map((destination) => ({ id, destination })),
  );
}

import { type ServerState, desiredServices } from '../../../keepalived/ipvs/services.ts';
import type { Destination, IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import { placeKey } from './build.ts';
import type { HealthState, RealState, VirtualState } from './state.ts';
import type { HealthEffect } from './event.ts';

/**
 * What the services of a virtual server must have at one place, or undefined when nothing is to be there. It follows
 * from the state alone: the whole table is this for every place, and a change is asked for where it differs from what
 * the kernel was told.
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

/** Below quorum the sorry server stands in for all real servers. Without one the real servers that are left stay. */
export function usesSorryServer(virtual: VirtualState): boolean {
  return virtual.conf.sorry_server !== undefined && !virtual.quorumUp;
}

/** All places where a server could be wanted. */
export function placesOf(virtual: VirtualState): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  const keys = [...virtual.reals.keys()];
  return sorry === undefined || virtual.reals.has(placeKey(sorry)) ? keys : [...keys, placeKey(sorry)];
}

/** The whole table that is wanted, from nothing but the state. */
export function wantedTable(state: HealthState): Table {
  return [...state.virtuals.values()].flatMap((virtual) => {
    const servers = placesOf(virtual).flatMap((key) => wantedServer(virtual, key) ?? []);
    return desiredServices(virtual.conf, virtual.groups, servers);
  });
}

/** inhibit_on_failure keeps a real server that is out of use, with weight 0: its connections go on. */
function wantedReal(virtual: VirtualState, real: RealState): ServerState | undefined {
  const used = real.alive && !usesSorryServer(virtual);
  if (!used && !real.conf.inhibit_on_failure) return undefined;
  return { server: real.conf, weight: used ? real.weight : 0, present: true };
}

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

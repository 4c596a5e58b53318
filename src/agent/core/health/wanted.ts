import { type ServerState, desiredServices } from '../../../keepalived/ipvs/services.ts';
import type { Destination, IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import { placeKey } from './build.ts';
import { type HealthState, type RealState, type VirtualState, type VirtualStep, realTable } from './state.ts';

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
export function settle(virtual: VirtualState, keys: Iterable<string>): VirtualStep {
  const changes: IpvsChange[] = [];
  let current = virtual;
  for (const key of keys) {
    const before = installedAt(current, key);
    const wanted = wantedServer(current, key);
    if (before?.server === wanted?.server && before?.weight === wanted?.weight) continue;
    changes.push(...placeChanges(current, before, wanted));
    current = withInstalled(current, key, wanted);
  }
  return { state: current, effects: changes.length > 0 ? [{ kind: 'ipvs', changes }] : [] };
}

/** Records that the complete wanted table has been requested. */
export function noteInstalled(virtual: VirtualState): VirtualState {
  const reals = [...virtual.reals.values()].map((real) => ({ ...real, installed: wantedServer(virtual, real.key) }));
  const { sorry_server: sorry } = virtual.conf;
  const key = sorry === undefined ? undefined : placeKey(sorry);
  const sorryInstalled = key === undefined || virtual.reals.has(key) ? undefined : wantedServer(virtual, key);
  return { ...virtual, reals: realTable(reals), sorryInstalled };
}

function installedAt(virtual: VirtualState, key: string): ServerState | undefined {
  const real = virtual.reals.get(key);
  return real === undefined ? virtual.sorryInstalled : real.installed;
}

function withInstalled(virtual: VirtualState, key: string, installed: ServerState | undefined): VirtualState {
  const real = virtual.reals.get(key);
  if (real === undefined) return { ...virtual, sorryInstalled: installed };
  return { ...virtual, reals: virtual.reals.with(key, { ...real, installed }) };
}

function placeChanges(
  virtual: VirtualState,
  before: ServerState | undefined,
  wanted: ServerState | undefined,
): readonly IpvsChange[] {
  if (wanted !== undefined) {
    const kind = before === undefined ? 'new-destination' : 'set-destination';
    return inServices(virtual, wanted).map(({ id, destination }) => ({ kind, id, destination }));
  }
  if (before === undefined) return [];
  return inServices(virtual, before).map(({ id, destination: { address, port } }) => ({
    kind: 'del-destination',
    id,
    address,
    port,
  }));
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

import { desiredServices, type ServerState } from '../../../keepalived/ipvs/services.ts';
import type { Table } from '../../../keepalived/ipvs/table.ts';
import { placeKey } from './identity.ts';
import type { HealthState, RealState, VirtualState } from './state.ts';

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

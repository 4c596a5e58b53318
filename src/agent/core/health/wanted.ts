import type { SorryServer } from '../conf/model-check.ts';
import type { Destination } from '../ipvs/table.ts';
import { realKey } from './identity.ts';
import type { RealState, VirtualState } from './state.ts';

/**
 * What each service of a virtual server must have at one place, or undefined when nothing is to be there. It follows
 * from the state alone: the whole table is this for every key, and a change is asked for where it differs from what
 * the kernel was told.
 */
export function wantedDestination(virtual: VirtualState, key: string): Destination | undefined {
  const sorry = virtual.conf.sorry_server;
  const sorryHere = sorry !== undefined && realKey(sorry) === key;
  if (sorryHere && usesSorryServer(virtual)) return sorryDestination(sorry, 1);
  const real = virtual.reals.get(key);
  const destination = real === undefined ? undefined : realDestination(virtual, real);
  if (destination !== undefined) return destination;
  return sorryHere && virtual.conf.sorry_server_inhibit ? sorryDestination(sorry, 0) : undefined;
}

/** Below quorum the sorry server stands in for all real servers. Without one the real servers that are left stay. */
export function usesSorryServer(virtual: VirtualState): boolean {
  return virtual.conf.sorry_server !== undefined && !virtual.quorumUp;
}

/** All places where a destination could be wanted. */
export function placesOf(virtual: VirtualState): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  const keys = [...virtual.reals.keys()];
  return sorry === undefined || virtual.reals.has(realKey(sorry)) ? keys : [...keys, realKey(sorry)];
}

/** inhibit_on_failure keeps a real server that is out of use, with weight 0: its connections go on. */
function realDestination(virtual: VirtualState, real: RealState): Destination | undefined {
  const used = real.alive && !usesSorryServer(virtual);
  if (!used && !real.conf.inhibit_on_failure) return undefined;
  const { address, port, lb_kind, uthreshold, lthreshold, tunnel } = real.conf;
  return {
    address,
    port,
    forwarding: lb_kind,
    weight: used ? real.weight : 0,
    upperThreshold: uthreshold,
    lowerThreshold: lthreshold,
    tunnel,
  };
}

function sorryDestination(sorry: SorryServer, weight: number): Destination {
  const { address, port, lb_kind, tunnel } = sorry;
  return { address, port, forwarding: lb_kind, weight, upperThreshold: 0, lowerThreshold: 0, tunnel };
}

import { addressBytes } from '../text/address.ts';
import type { RealServer, SorryServer, VirtualServer, VirtualServerGroup } from '../model/check.ts';
import { serviceIds } from './expand.ts';
import { SERVICE_FLAGS } from './flags.ts';
import { destinationKey, firstByKey } from './key.ts';
import type { Destination, Service, ServiceId } from './table.ts';

/** A real server, or the sorry server, with what its health makes of it. */
export interface ServerState {
  readonly server: RealServer | SorryServer;
  readonly weight: number;
  /** Whether it is in the table at all; with weight 0 it keeps its connections. */
  readonly present: boolean;
}

/** Seconds of persistence where the file has a granularity and no time. */
const DEFAULT_PERSISTENCE = 360;

/** What a virtual server puts into the kernel's table: one service, or those of its group, all with the same servers. */
export function desiredServices(
  server: VirtualServer,
  groups: readonly VirtualServerGroup[],
  servers: readonly ServerState[],
): readonly Service[] {
  const present = servers.filter((state) => state.present);
  return serviceIds(server, groups).map((id) => ({
    ...desiredService(server, id),
    destinations: [
      ...firstByKey(
        present.map((state) => destination(id, state)),
        destinationKey,
      ).values(),
    ],
  }));
}

function desiredService(server: VirtualServer, id: ServiceId): Omit<Service, 'destinations'> {
  const timeout = persistence(server);
  return {
    id,
    scheduler: server.lb_algo,
    flags: flagsOf(server) | (timeout > 0 ? SERVICE_FLAGS.PERSISTENT : 0),
    timeout,
    netmask: netmask(server, id),
    persistenceEngine: timeout > 0 ? server.persistence_engine : undefined,
  };
}

function persistence(server: VirtualServer): number {
  if (server.persistence_timeout > 0) return Math.max(1, Math.round(server.persistence_timeout / 1000));
  return server.persistence_granularity === undefined ? 0 : DEFAULT_PERSISTENCE;
}

/** One-packet scheduling is for UDP only: a flow of TCP would be torn apart. */
function flagsOf(server: VirtualServer): number {
  return (
    (server.ops && server.protocol === 'UDP' ? SERVICE_FLAGS.ONEPACKET : 0) |
    (server.lb_flags.includes('flag-1') ? SERVICE_FLAGS.SCHED1 : 0) |
    (server.lb_flags.includes('flag-2') ? SERVICE_FLAGS.SCHED2 : 0) |
    (server.lb_flags.includes('flag-3') ? SERVICE_FLAGS.SCHED3 : 0)
  );
}

/** The kernel wants one of every service. A granularity of the other family says nothing of this one. */
function netmask(server: VirtualServer, id: ServiceId): number {
  const granularity = server.persistence_granularity;
  const ipv6 = id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
  if (ipv6) return typeof granularity === 'number' ? granularity : 128;
  return typeof granularity === 'string'
    ? addressBytes(granularity).reduce((mask, byte) => mask * 256 + byte, 0)
    : 0xffffffff;
}

/**
 * Direct routing and tunnels leave the port of a packet alone, so that it is the service's whatever the file says, and
 * none (0) behind a firewall mark. NAT goes to the real server's own.
 */
function destination(id: ServiceId, { server, weight }: ServerState): Destination {
  const { address, lb_kind: forwarding, tunnel } = server;
  const kept = id.kind === 'fwmark' ? 0 : id.port;
  return {
    address,
    port: forwarding === 'NAT' ? server.port : kept,
    forwarding,
    weight,
    upperThreshold: 'uthreshold' in server ? server.uthreshold : 0,
    lowerThreshold: 'lthreshold' in server ? server.lthreshold : 0,
    tunnel: forwarding === 'TUN' && tunnel?.type !== 'ipip' ? tunnel : undefined,
  };
}

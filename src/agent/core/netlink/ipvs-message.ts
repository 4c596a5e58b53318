import type { Destination, IpvsChange, ServiceId } from '../../../keepalived/ipvs/table.ts';
import {
  type ServiceEntry,
  decodeDestination,
  decodeService,
  destinationAttribute,
  destinationIdAttribute,
  familyOfService,
  serviceAttribute,
  serviceIdAttribute,
} from './ipvs-service.ts';
import { IPVS_CMD, IPVS_CMD_ATTR, IPVS_DAEMON_ATTR, IP_VS_STATE } from './ipvs-number.ts';
import { type GenericFamily, decodeGeneric, genericRequest } from './generic.ts';
import type { Message, Request } from './message.ts';
import {
  type Attributes,
  attribute,
  attributeName,
  attributeU16,
  attributeU32,
  attributeU8,
  nested,
} from './attribute.ts';
import type { LvsTimeouts } from '../../../keepalived/model/conf.ts';
import { addressBytes, familyOf } from '../../../keepalived/text/address.ts';

type FamilyId = Pick<GenericFamily, 'id' | 'version'>;

/**
 * One change of the table. EEXIST (17): the new service or destination exists; ESRCH (3): no such service; ENOENT (2):
 * no such destination, or unknown scheduler or persistence engine.
 */
export function changeRequest(family: FamilyId, change: IpvsChange): Request {
  switch (change.kind) {
    case 'new-service':
      return genericRequest(family, IPVS_CMD.NEW_SERVICE, [serviceAttribute(change.service)]);
    case 'set-service':
      return genericRequest(family, IPVS_CMD.SET_SERVICE, [serviceAttribute(change.service)]);
    case 'del-service':
      return genericRequest(family, IPVS_CMD.DEL_SERVICE, [serviceIdAttribute(change.id)]);
    case 'new-destination':
    case 'set-destination': {
      const command = change.kind === 'new-destination' ? IPVS_CMD.NEW_DEST : IPVS_CMD.SET_DEST;
      return genericRequest(family, command, [serviceIdAttribute(change.id), destinationAttribute(change.destination)]);
    }
    case 'del-destination': {
      const { address, port } = change;
      const attributes = [serviceIdAttribute(change.id), destinationIdAttribute(address, port)];
      return genericRequest(family, IPVS_CMD.DEL_DEST, attributes);
    }
  }
}

/** Dumps all services. */
export function dumpServices(family: FamilyId): Request {
  return genericRequest(family, IPVS_CMD.GET_SERVICE, [], 'dump');
}

/** Dumps the destinations of a service. An unknown service yields an empty dump, not an error. */
export function dumpDestinations(family: FamilyId, id: ServiceId): Request {
  return genericRequest(family, IPVS_CMD.GET_DEST, [serviceIdAttribute(id)], 'dump');
}

/** The answer to `dumpServices`, in kernel order. Entries that cannot be decoded are only counted. */
export function decodeServices(messages: readonly Message[]): {
  readonly services: readonly ServiceEntry[];
  readonly unknown: number;
} {
  const services = messages
    .map((message) => within(message, IPVS_CMD.NEW_SERVICE, IPVS_CMD_ATTR.SERVICE))
    .map((attributes) => (attributes === undefined ? undefined : decodeService(attributes)))
    .filter((service) => service !== undefined);
  return { services, unknown: messages.length - services.length };
}

/** The answer to `dumpDestinations` for this service. */
export function decodeDestinations(
  messages: readonly Message[],
  id: ServiceId,
): { readonly destinations: readonly Destination[]; readonly unknown: number } {
  const family = familyOfService(id);
  const destinations = messages
    .map((message) => within(message, IPVS_CMD.NEW_DEST, IPVS_CMD_ATTR.DEST))
    .map((attributes) => (attributes === undefined ? undefined : decodeDestination(attributes, family)))
    .filter((destination) => destination !== undefined);
  return { destinations, unknown: messages.length - destinations.length };
}

/** The attributes nested in a message; undefined if the command differs or it is malformed. */
export function within(message: Message, command: number, attribute: number): Attributes | undefined {
  const generic = decodeGeneric(message);
  if (generic?.command !== command || generic.attributes.failed) return undefined;
  return generic.attributes.nested(attribute);
}

/** Sets connection timeouts, in whole seconds with a minimum of 1. Those that are 0 stay unchanged. */
export function setTimeouts(family: Pick<GenericFamily, 'id' | 'version'>, timeouts: LvsTimeouts): Request {
  const seconds = (milliseconds: number): number =>
    milliseconds > 0 ? Math.max(1, Math.round(milliseconds / 1000)) : 0;
  return genericRequest(family, IPVS_CMD.SET_CONFIG, [
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP, seconds(timeouts.tcp)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP_FIN, seconds(timeouts.tcpfin)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_UDP, seconds(timeouts.udp)),
  ]);
}

export type SyncState = keyof typeof IP_VS_STATE;

/** The kernel thread that sends connections to a backup or receives them from a master. There may be one of each. */
export interface SyncDaemon {
  readonly state: SyncState;
  readonly interface: string;
  /** 0 to 255. A backup accepts messages with its own id, or all if it is 0. */
  readonly id: number;
  /** Datagram payload in bytes. Here and below, undefined selects the kernel's default. */
  readonly maxlen: number | undefined;
  /** Multicast group of either family, 224.0.0.81 by default. */
  readonly group: string | undefined;
  /** UDP port, 8848 by default. */
  readonly port: number | undefined;
  readonly ttl: number | undefined;
}

/** Starts a daemon. EEXIST (17): one in this state is running; ENODEV (19): no such interface. */
export function newDaemon(family: FamilyId, daemon: SyncDaemon): Request {
  const { state, id, maxlen, group, port, ttl } = daemon;
  const attributes = [
    attributeU32(IPVS_DAEMON_ATTR.STATE, IP_VS_STATE[state]),
    attributeName(IPVS_DAEMON_ATTR.MCAST_IFN, daemon.interface),
    attributeU32(IPVS_DAEMON_ATTR.SYNC_ID, id),
  ];
  if (maxlen !== undefined) attributes.push(attributeU16(IPVS_DAEMON_ATTR.SYNC_MAXLEN, maxlen));
  if (port !== undefined) attributes.push(attributeU16(IPVS_DAEMON_ATTR.MCAST_PORT, port));
  if (ttl !== undefined) attributes.push(attributeU8(IPVS_DAEMON_ATTR.MCAST_TTL, ttl));
  if (group !== undefined) {
    const type = familyOf(group) === 'ipv4' ? IPVS_DAEMON_ATTR.MCAST_GROUP : IPVS_DAEMON_ATTR.MCAST_GROUP6;
    attributes.push(attribute(type, addressBytes(group)));
  }
  return genericRequest(family, IPVS_CMD.NEW_DAEMON, [nested(IPVS_CMD_ATTR.DAEMON, attributes)]);
}

/** Stops the daemon in this state. ESRCH (3): none is running. */
export function deleteDaemon(family: FamilyId, state: SyncState): Request {
  const attributes = [attributeU32(IPVS_DAEMON_ATTR.STATE, IP_VS_STATE[state])];
  return genericRequest(family, IPVS_CMD.DEL_DAEMON, [nested(IPVS_CMD_ATTR.DAEMON, attributes)]);
}

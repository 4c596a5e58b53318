import { addressBytes, familyOf } from '../../../keepalived/text/address.ts';
import { attribute, attributeName, attributeU16, attributeU32, attributeU8, nested } from './attribute.ts';
import { genericRequest, type GenericFamily } from './generic.ts';
import { IP_VS_STATE, IPVS_CMD, IPVS_CMD_ATTR, IPVS_DAEMON_ATTR } from './ipvs-number.ts';
import type { Request } from './message.ts';

export type SyncState = keyof typeof IP_VS_STATE;

/** The kernel's thread that sends connections to a backup, or takes them from a master. There may be one of each. */
export interface SyncDaemon {
  readonly state: SyncState;
  readonly interface: string;
  /** 0 to 255: a backup takes what has its own; 0 takes all. */
  readonly id: number;
  /** Payload of a datagram in bytes; undefined, like those below: the kernel's own. */
  readonly maxlen: number | undefined;
  /** Multicast group of either family, 224.0.0.81 by default. */
  readonly group: string | undefined;
  /** UDP port, 8848 by default. */
  readonly port: number | undefined;
  readonly ttl: number | undefined;
}

type FamilyId = Pick<GenericFamily, 'id' | 'version'>;

/** Starts a daemon. EEXIST (17): one of this state runs already; ENODEV (19): no such interface. */
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

/** Stops the daemon of this state. ESRCH (3): none runs. */
export function deleteDaemon(family: FamilyId, state: SyncState): Request {
  const attributes = [attributeU32(IPVS_DAEMON_ATTR.STATE, IP_VS_STATE[state])];
  return genericRequest(family, IPVS_CMD.DEL_DAEMON, [nested(IPVS_CMD_ATTR.DAEMON, attributes)]);
}

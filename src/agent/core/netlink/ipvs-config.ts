import type { LvsTimeouts } from '../conf/model.ts';
import { attributeU32 } from './attribute.ts';
import { decodeGeneric, genericRequest, type GenericFamily } from './generic.ts';
import { IPVS_CMD, IPVS_CMD_ATTR, IPVS_INFO_ATTR } from './ipvs-number.ts';
import type { Message, Request } from './message.ts';

/** What IPVS says of itself. */
export interface IpvsInfo {
  /** As `1.2.1`. */
  readonly version: string;
  /** Buckets of the table of connections. */
  readonly buckets: number;
}

export function getInfo(family: Pick<GenericFamily, 'id' | 'version'>): Request {
  return genericRequest(family, IPVS_CMD.GET_INFO, []);
}

/** The answer to `getInfo`; undefined when it is another message. */
export function decodeInfo(message: Message): IpvsInfo | undefined {
  const generic = decodeGeneric(message);
  if (generic?.command !== IPVS_CMD.SET_INFO) return undefined;
  const version = generic.attributes.u32(IPVS_INFO_ATTR.VERSION);
  const buckets = generic.attributes.u32(IPVS_INFO_ATTR.CONN_TAB_SIZE);
  if (version === undefined || buckets === undefined || generic.attributes.failed) return undefined;
  return { version: `${(version >> 16) & 255}.${(version >> 8) & 255}.${version & 255}`, buckets };
}

/** Asks for the time-outs of connections. */
export function getTimeouts(family: Pick<GenericFamily, 'id' | 'version'>): Request {
  return genericRequest(family, IPVS_CMD.GET_CONFIG, []);
}

/** Sets the time-outs of connections; those that are 0 stay as they are. Whole seconds: what is less than one is one. */
export function setTimeouts(family: Pick<GenericFamily, 'id' | 'version'>, timeouts: LvsTimeouts): Request {
  const seconds = (milliseconds: number): number =>
    milliseconds > 0 ? Math.max(1, Math.round(milliseconds / 1000)) : 0;
  return genericRequest(family, IPVS_CMD.SET_CONFIG, [
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP, seconds(timeouts.tcp)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP_FIN, seconds(timeouts.tcpfin)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_UDP, seconds(timeouts.udp)),
  ]);
}

/** The answer to `getTimeouts`, in milliseconds; undefined when it is another message. */
export function decodeTimeouts(message: Message): LvsTimeouts | undefined {
  const generic = decodeGeneric(message);
  if (generic?.command !== IPVS_CMD.SET_CONFIG) return undefined;
  const tcp = generic.attributes.u32(IPVS_CMD_ATTR.TIMEOUT_TCP);
  const tcpfin = generic.attributes.u32(IPVS_CMD_ATTR.TIMEOUT_TCP_FIN);
  const udp = generic.attributes.u32(IPVS_CMD_ATTR.TIMEOUT_UDP);
  if (generic.attributes.failed) return undefined;
  // A kernel that was built without one of the protocols does not tell of it.
  return { tcp: (tcp ?? 0) * 1000, tcpfin: (tcpfin ?? 0) * 1000, udp: (udp ?? 0) * 1000 };
}

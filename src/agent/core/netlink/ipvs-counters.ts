import type { Attributes } from './attribute.ts';
import { IPVS_CMD, IPVS_CMD_ATTR, IPVS_DEST_ATTR, IPVS_STATS_ATTR, IPVS_SVC_ATTR } from './ipvs-number.ts';
import { within } from './ipvs-answer.ts';
import type { Message } from './message.ts';

/** What a service or destination has done since it was made or its counters were set to 0; exact up to 2⁵³. */
export interface Counters {
  /** Connections that were scheduled. */
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of each second, averaged by the kernel. */
  readonly rates: {
    readonly connections: number;
    readonly packetsIn: number;
    readonly packetsOut: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
}

/** Connections of a destination at this moment. */
export interface Connections {
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
}

/** Of one message of the answer to `dumpServices`; undefined when there are none. */
export function decodeServiceCounters(message: Message): Counters | undefined {
  const attributes = within(message, IPVS_CMD.NEW_SERVICE, IPVS_CMD_ATTR.SERVICE);
  return attributes === undefined ? undefined : countersOf(attributes, IPVS_SVC_ATTR);
}

/** Of one message of the answer to `dumpDestinations`; undefined when there are none. */
export function decodeDestinationCounters(message: Message): (Counters & { readonly now: Connections }) | undefined {
  const attributes = within(message, IPVS_CMD.NEW_DEST, IPVS_CMD_ATTR.DEST);
  const counters = attributes === undefined ? undefined : countersOf(attributes, IPVS_DEST_ATTR);
  if (attributes === undefined || counters === undefined) return undefined;
  const active = attributes.u32(IPVS_DEST_ATTR.ACTIVE_CONNS) ?? 0;
  const inactive = attributes.u32(IPVS_DEST_ATTR.INACT_CONNS) ?? 0;
  const persistent = attributes.u32(IPVS_DEST_ATTR.PERSIST_CONNS) ?? 0;
  return attributes.failed ? undefined : { ...counters, now: { active, inactive, persistent } };
}

/** STATS64 has 64 bits of everything; kernels before 4.1 have STATS alone, with 32 bits of all but the bytes. */
function countersOf(attributes: Attributes, type: { STATS: number; STATS64: number }): Counters | undefined {
  const wide = attributes.nested(type.STATS64);
  const stats = wide ?? attributes.nested(type.STATS);
  if (stats === undefined) return undefined;
  const long = (type: number): number => Number(stats.u64(type) ?? 0n);
  const short = wide === undefined ? (type: number): number => stats.u32(type) ?? 0 : long;
  const counters = {
    connections: short(IPVS_STATS_ATTR.CONNS),
    packetsIn: short(IPVS_STATS_ATTR.INPKTS),
    packetsOut: short(IPVS_STATS_ATTR.OUTPKTS),
    bytesIn: long(IPVS_STATS_ATTR.INBYTES),
    bytesOut: long(IPVS_STATS_ATTR.OUTBYTES),
    rates: {
      connections: short(IPVS_STATS_ATTR.CPS),
      packetsIn: short(IPVS_STATS_ATTR.INPPS),
      packetsOut: short(IPVS_STATS_ATTR.OUTPPS),
      bytesIn: short(IPVS_STATS_ATTR.INBPS),
      bytesOut: short(IPVS_STATS_ATTR.OUTBPS),
    },
  };
  return attributes.failed ? undefined : counters;
}

import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u16be, u32le } from '../bytes/write.ts';
import { Attributes } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { IFF, IFLA, OPERSTATES, RTM } from './rtnetlink-number.ts';

/** RFC 2863 §3.1.14. `unknown` is usual for devices that have no carrier: it does not say that one is down. */
export type Operstate = (typeof OPERSTATES)[number];

/** An interface as one RTM_NEWLINK tells it: without its addresses, which come in messages of their own. */
export interface LinkReport {
  readonly index: number;
  readonly name: string;
  /** Six bytes for Ethernet; empty where there is none. A copy. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP and IFF_RUNNING. */
  readonly running: boolean;
  readonly operstate: Operstate;
  /** The bridge or bond that it is a port of. */
  readonly master: number | undefined;
}

/** Asks for all interfaces: answered by RTM_NEWLINK messages. */
export function dumpLinks(): Request {
  return { type: RTM.GETLINK, flags: NLM_F.REQUEST | NLM_F.DUMP, payload: linkHeader(0, 0, 0) };
}

/** struct ifinfomsg (linux/rtnetlink.h): only flags of which the bit is in `change` are taken. */
function linkHeader(index: number, flags: number, change: number): Uint8Array {
  return concat([u16be(AF.UNSPEC), u16be(0), u32le(index), u32le(flags), u32le(change)]);
}

/**
 * The interface of an RTM_NEWLINK or RTM_DELLINK. Undefined when it is not about the interface itself: bridges and IPv6
 * report their ports' and their own state in the same messages with a family set, and a port that leaves a bridge is
 * an RTM_DELLINK of family AF_BRIDGE.
 */
export function decodeLink(message: Message): LinkReport | 'malformed' | undefined {
  const reader = new ByteReader(message.payload);
  const family = reader.u8();
  reader.skip(3);
  const index = reader.u32le();
  const flags = reader.u32le();
  reader.skip(4);
  if (reader.failed) return 'malformed';
  if (family !== AF.UNSPEC) return undefined;
  const attributes = new Attributes(reader.take(reader.left));
  const report = {
    index,
    name: attributes.name(IFLA.IFNAME) ?? '',
    mac: (attributes.bytes(IFLA.ADDRESS) ?? new Uint8Array(0)).slice(),
    mtu: attributes.u32(IFLA.MTU) ?? 0,
    up: (flags & IFF.UP) !== 0,
    running: (flags & IFF.LOWER_UP) !== 0 && (flags & IFF.RUNNING) !== 0,
    operstate: OPERSTATES[attributes.u8(IFLA.OPERSTATE) ?? 0] ?? 'unknown',
    master: attributes.u32(IFLA.MASTER),
  };
  return attributes.failed || report.name === '' ? 'malformed' : report;
}

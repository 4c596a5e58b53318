import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, equalBytes, u16be, u32le } from '../bytes/write.ts';
import { Attributes } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { IFA_F, IFF, IFLA, OPERSTATES, RTM } from './rtnetlink-number.ts';
import { type AddressReport, decodeAddress } from './address.ts';
import type { Link, LinkAddress } from '../vrrp/event.ts';

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

/** What one message of rtnetlink says, whether it answers a dump or tells of a change. */
export type RoutingEvent =
  | { readonly kind: 'link' | 'link-gone'; readonly link: LinkReport }
  | { readonly kind: 'address' | 'address-gone'; readonly address: AddressReport }
  /** It should be one of the above, and its bytes are not. */
  | { readonly kind: 'malformed'; readonly type: number };

/** Undefined for messages about other things. */
export function decodeRoutingEvent(message: Message): RoutingEvent | undefined {
  const { type } = message;
  switch (type) {
    case RTM.NEWLINK:
    case RTM.DELLINK: {
      const link = decodeLink(message);
      if (link === 'malformed') return { kind: 'malformed', type };
      return link === undefined ? undefined : { kind: type === RTM.NEWLINK ? 'link' : 'link-gone', link };
    }
    case RTM.NEWADDR:
    case RTM.DELADDR: {
      const address = decodeAddress(message);
      if (address === 'malformed') return { kind: 'malformed', type };
      return address === undefined ? undefined : { kind: type === RTM.NEWADDR ? 'address' : 'address-gone', address };
    }
    default:
      return undefined;
  }
}

/** How an interface differs from before; what VRRP is told, but for the time. */
export type LinkChange =
  { readonly kind: 'link'; readonly link: Link } | { readonly kind: 'link-gone'; readonly name: string };

export interface Links {
  readonly links: readonly Link[];
  /** Empty when the event changed nothing that a `Link` shows. */
  readonly changes: readonly LinkChange[];
}

/**
 * The interfaces after an event. Fed with the answer to `dumpLinks` and then to `dumpAddresses` it makes them out of
 * none. An address of an interface that is not known is left out: the kernel tells of the interface first.
 */
export function foldLinks(links: readonly Link[], event: RoutingEvent): Links {
  switch (event.kind) {
    case 'link':
      return withLink(links, event.link);
    case 'link-gone': {
      const gone = links.find((link) => link.index === event.link.index);
      if (gone === undefined) return { links, changes: [] };
      return { links: links.filter((link) => link !== gone), changes: [{ kind: 'link-gone', name: gone.name }] };
    }
    case 'address':
      return withAddresses(links, event.address, isUsable(event.address));
    case 'address-gone':
      return withAddresses(links, event.address, false);
    case 'malformed':
      return { links, changes: [] };
  }
}

/** What changed between two looks at all interfaces, for when notifications were lost (ENOBUFS). */
export function compareLinks(before: readonly Link[], after: readonly Link[]): readonly LinkChange[] {
  const gone = before.filter((link) => !after.some((other) => other.name === link.name));
  const changed = after.filter((link) => !before.some((other) => equalLinks(link, other)));
  return [
    ...gone.map(({ name }) => ({ kind: 'link-gone' as const, name })),
    ...changed.map((link) => ({ kind: 'link' as const, link })),
  ];
}

export function equalLinks(a: Link, b: Link): boolean {
  return (
    a.name === b.name &&
    a.index === b.index &&
    a.mtu === b.mtu &&
    a.up === b.up &&
    a.running === b.running &&
    equalBytes(a.mac, b.mac) &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, at) => equalAddresses(address, b.addresses[at]))
  );
}

function withLink(links: readonly Link[], report: LinkReport): Links {
  const { index, name, mac, mtu, up, running } = report;
  const known = links.find((link) => link.index === index);
  const link = { name, index, mac, mtu, up, running, addresses: known?.addresses ?? [] };
  if (known === undefined) return { links: [...links, link], changes: [{ kind: 'link', link }] };
  if (equalLinks(known, link)) return { links, changes: [] };
  const renamed = known.name === name ? [] : [{ kind: 'link-gone' as const, name: known.name }];
  return { links: replace(links, known, link), changes: [...renamed, { kind: 'link', link }] };
}

function withAddresses(links: readonly Link[], report: AddressReport, present: boolean): Links {
  const known = links.find((link) => link.index === report.index);
  if (known === undefined) return { links, changes: [] };
  const { address, prefix, scope } = report;
  const told = { address, prefix, scope };
  const at = known.addresses.findIndex((other) => other.address === address && other.prefix === prefix);
  const addresses = present
    ? at < 0
      ? [...known.addresses, told]
      : known.addresses.with(at, told)
    : known.addresses.filter((_, index) => index !== at);
  const link = { ...known, addresses };
  if (equalLinks(known, link)) return { links, changes: [] };
  return { links: replace(links, known, link), changes: [{ kind: 'link', link }] };
}

/** Nothing can be sent from an IPv6 address before duplicate address detection has ended; the kernel tells of it again then. */
function isUsable(report: AddressReport): boolean {
  return !report.dadFailed && (!report.tentative || (report.flags & IFA_F.OPTIMISTIC) !== 0);
}

function replace(links: readonly Link[], old: Link, link: Link): readonly Link[] {
  return links.map((other) => (other === old ? link : other));
}

function equalAddresses(a: LinkAddress, b: LinkAddress | undefined): boolean {
  return a.address === b?.address && a.prefix === b.prefix && a.scope === b.scope;
}

import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, equalBytes, u16be, u32le } from '../bytes/write.ts';
import { Attributes } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { IFA_F, IFF, IFLA, OPERSTATES, RTM } from './rtnetlink-number.ts';
import { type AddressReport, decodeAddress } from './address.ts';
import type { Link, LinkAddress } from '../vrrp/event.ts';

/** RFC 2863 §3.1.14. Devices without carrier detection usually report `unknown`, which does not mean down. */
export type Operstate = (typeof OPERSTATES)[number];

/** An interface as reported by RTM_NEWLINK, without its addresses, which are reported separately. */
export interface LinkReport {
  readonly index: number;
  readonly name: string;
  /** Six bytes for Ethernet; empty if the interface has none. A copy. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP and IFF_RUNNING. */
  readonly running: boolean;
  readonly operstate: Operstate;
  /** Index of the bridge or bond it belongs to. */
  readonly master: number | undefined;
}

/** Dumps all interfaces as RTM_NEWLINK messages. */
export function dumpLinks(): Request {
  return { type: RTM.GETLINK, flags: NLM_F.REQUEST | NLM_F.DUMP, payload: linkHeader(0, 0, 0) };
}

/** struct ifinfomsg (linux/rtnetlink.h). `change` masks the flags to apply. */
function linkHeader(index: number, flags: number, change: number): Uint8Array {
  return concat([u16be(AF.UNSPEC), u16be(0), u32le(index), u32le(flags), u32le(change)]);
}

/**
 * The interface of an RTM_NEWLINK or RTM_DELLINK. Undefined if the message sets a family: bridges and IPv6 report state
 * of their own in the same messages, for example RTM_DELLINK with AF_BRIDGE for a port that leaves a bridge.
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

/** A decoded rtnetlink message, from a dump or a notification. */
export type RoutingEvent =
  | { readonly kind: 'link' | 'link-gone'; readonly link: LinkReport }
  | { readonly kind: 'address' | 'address-gone'; readonly address: AddressReport }
  /** One of the above types with malformed content. */
  | { readonly kind: 'malformed'; readonly type: number };

/** Undefined for other message types. */
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

/** A change of an interface: a VRRP event without its time. */
export type LinkChange =
  { readonly kind: 'link'; readonly link: Link } | { readonly kind: 'link-gone'; readonly name: string };

export interface Links {
  readonly links: readonly Link[];
  /** Empty if the event changed nothing that `Link` contains. */
  readonly changes: readonly LinkChange[];
}

/**
 * Applies an event to the interfaces. Starting from none, the answers to `dumpLinks` and then `dumpAddresses` build the
 * complete list. Addresses of unknown interfaces are ignored: the kernel always reports the interface first.
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

/** The changes between two dumps, used to resynchronize after lost notifications (ENOBUFS). */
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
  const previous = links.find((link) => link.index === index);
  const link = { name, index, mac, mtu, up, running, addresses: previous?.addresses ?? [] };
  if (previous === undefined) return { links: [...links, link], changes: [{ kind: 'link', link }] };
  if (equalLinks(previous, link)) return { links, changes: [] };
  const renamed = previous.name === name ? [] : [{ kind: 'link-gone' as const, name: previous.name }];
  return { links: replace(links, previous, link), changes: [...renamed, { kind: 'link', link }] };
}

function withAddresses(links: readonly Link[], report: AddressReport, present: boolean): Links {
  const previous = links.find((link) => link.index === report.index);
  if (previous === undefined) return { links, changes: [] };
  const { address, prefix, scope } = report;
  const reported = { address, prefix, scope };
  const at = previous.addresses.findIndex((other) => other.address === address && other.prefix === prefix);
  const addresses = present
    ? at < 0
      ? [...previous.addresses, reported]
      : previous.addresses.with(at, reported)
    : previous.addresses.filter((_, index) => index !== at);
  const link = { ...previous, addresses };
  if (equalLinks(previous, link)) return { links, changes: [] };
  return { links: replace(links, previous, link), changes: [{ kind: 'link', link }] };
}

/** A tentative IPv6 address cannot be a source. The kernel reports it again once duplicate address detection ends. */
function isUsable(report: AddressReport): boolean {
  return !report.dadFailed && (!report.tentative || (report.flags & IFA_F.OPTIMISTIC) !== 0);
}

function replace(links: readonly Link[], old: Link, link: Link): readonly Link[] {
  return links.map((other) => (other === old ? link : other));
}

function equalAddresses(a: LinkAddress, b: LinkAddress | undefined): boolean {
  return a.address === b?.address && a.prefix === b.prefix && a.scope === b.scope;
}

import { equalBytes } from '../bytes/write.ts';
import type { Link, LinkAddress } from '../vrrp/event.ts';
import type { AddressReport } from './address.ts';
import type { LinkReport } from './link.ts';
import type { RoutingEvent } from './routing-event.ts';
import { IFA_F } from './rtnetlink-number.ts';

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

import { familyOf } from '../../../keepalived/text/address.ts';
import type { Link, LinkAddress } from './event.ts';

/** What is asked of an interface with each advert, worked out when it has changed. */
export interface LinkView {
  /** Every address that it has. */
  readonly own: ReadonlySet<string>;
  readonly up: boolean;
  readonly running: boolean;
  /** Where adverts can come from, in three kinds. */
  readonly ipv4: Source;
  readonly ipv6: Source;
  /** RFC 9568 §5.1.2.1: multicast over IPv6 comes from the link-local address. */
  readonly linkLocal: Source;
}

/** Addresses of one kind that an interface has. */
interface Source {
  /** The first one that is no virtual address. */
  readonly host: string | undefined;
  readonly first: string | undefined;
}

/** @param virtual addresses of all instances */
export function viewLink(link: Link, virtual: ReadonlySet<string>): LinkView {
  const ipv4 = link.addresses.filter(({ address }) => familyOf(address) === 'ipv4');
  const ipv6 = link.addresses.filter(({ address }) => familyOf(address) === 'ipv6');
  const source = (addresses: readonly LinkAddress[]): Source => ({
    host: addresses.find(({ address }) => !virtual.has(address))?.address,
    first: addresses[0]?.address,
  });
  return {
    own: new Set(link.addresses.map(({ address }) => address)),
    up: link.up,
    running: link.running,
    ipv4: source(ipv4),
    ipv6: source(ipv6),
    linkLocal: source(ipv6.filter(({ scope }) => scope === 'link')),
  };
}

export function viewLinks(links: Iterable<Link>, virtual: ReadonlySet<string>): ReadonlyMap<string, LinkView> {
  return new Map(Array.from(links, (link) => [link.name, viewLink(link, virtual)]));
}

/** Whether priorities and faults can have changed. A virtual address that comes or goes is no reason: there are many. */
export function looksSame(a: LinkView | undefined, b: LinkView | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.up === b.up &&
    a.running === b.running &&
    isSame(a.ipv4, b.ipv4) &&
    isSame(a.ipv6, b.ipv6) &&
    isSame(a.linkLocal, b.linkLocal)
  );
}

function isSame(a: Source, b: Source): boolean {
  return a.host === b.host && a.first === b.first;
}

import { type Link, type LinkAddress, log } from './event.ts';
import { addressEffects, announce, deviceOf, isPresent, staticOf } from './addresses.ts';
import type { Prepared } from './sockets.ts';
import type { VrrpState } from './state.ts';
import { type Move, type Stride, effectsOf, inTurn, moved, walk } from './walk.ts';
import { familyOf } from '../../../keepalived/text/address.ts';

/** An interface appeared or changed. */
export function linkSeen(link: Link): Stride {
  return (state) => {
    const links = new Map(state.links).set(link.name, link);
    const views = new Map(state.views).set(link.name, viewLink(link, state.prepared));
    const effects = state.links.has(link.name) || state.phase === 'stopped' ? [] : staticOf(link.name, state.conf);
    return { state: { ...state, links, views }, effects };
  };
}

export function linkGone(name: string): Stride {
  return (state) => {
    const links = new Map(state.links);
    const views = new Map(state.views);
    links.delete(name);
    views.delete(name);
    return { state: { ...state, links, views }, effects: [] };
  };
}

/**
 * Restores addresses of a master that another program removed. Only an address seen in an earlier event can be missing,
 * because an event may predate our own change. @param before the state before the event
 */
export function putBack(link: Link, before: VrrpState): Stride {
  return (state) => {
    const was = before.links.get(link.name);
    if (!link.up || (was?.up === true && hasAll(link, was))) return { state, effects: [] };
    return walk(
      state,
      [...state.instances.keys()].map((name) => moved(name, restore(link, was))),
    );
  };
}

/** Whether no address disappeared. Keeps the many events that follow our own additions cheap. */
function hasAll(link: Link, was: Link): boolean {
  const now = new Set(link.addresses.map(({ address, prefix }) => `${address}/${prefix}`));
  return was.addresses.every(({ address, prefix }) => now.has(`${address}/${prefix}`));
}

function restore(link: Link, was: Link | undefined): Move {
  return (instance, state) => {
    const { conf, held } = instance;
    const missing = held.filter(
      (address) =>
        deviceOf(address, conf) === link.name &&
        !isPresent(link, address) &&
        (was === undefined || !was.up || isPresent(was, address)),
    );
    if (missing.length === 0 || !link.up) return { state: instance, effects: [] };
    const code = was === undefined || !was.up ? 'interface-back' : 'addresses-removed';
    const addresses = missing.map(({ address }) => address);
    return inTurn(
      effectsOf(
        log({ code, instance: conf.name, interface: link.name, addresses }),
        ...addressEffects('add', missing, conf.interface),
      ),
      announce(Math.max(1, conf.garp.garp_master_repeat), missing),
    )(instance, state);
  };
}

/** Properties of an interface needed for every advert, computed once per change. */
export interface LinkView {
  /** All its addresses. */
  readonly own: ReadonlySet<string>;
  /** Those that track_src_ip tracks, in kernel order. */
  readonly tracked: string;
  readonly up: boolean;
  readonly running: boolean;
  /** Candidate source addresses of adverts. */
  readonly ipv4: Source;
  readonly ipv6: Source;
  /** RFC 9568 §5.1.2.1: IPv6 multicast is sent from the link-local address. */
  readonly linkLocal: Source;
}

/** The addresses of one kind on an interface. */
interface Source {
  /** The first that is not a virtual address. */
  readonly host: string | undefined;
  readonly first: string | undefined;
}

export function viewLink(link: Link, { virtual, tracked }: Pick<Prepared, 'virtual' | 'tracked'>): LinkView {
  const ipv4 = link.addresses.filter(({ address }) => familyOf(address) === 'ipv4');
  const ipv6 = link.addresses.filter(({ address }) => familyOf(address) === 'ipv6');
  const source = (addresses: readonly LinkAddress[]): Source => ({
    host: addresses.find(({ address }) => !virtual.has(address))?.address,
    first: addresses[0]?.address,
  });
  return {
    own: new Set(link.addresses.map(({ address }) => address)),
    tracked: link.addresses.flatMap(({ address }) => (tracked.has(address) ? [address] : [])).join(' '),
    up: link.up,
    running: link.running,
    ipv4: source(ipv4),
    ipv6: source(ipv6),
    linkLocal: source(ipv6.filter(({ scope }) => scope === 'link')),
  };
}

export function viewLinks(links: Iterable<Link>, prepared: Prepared): ReadonlyMap<string, LinkView> {
  return new Map(Array.from(links, (link) => [link.name, viewLink(link, prepared)]));
}

/** Whether priorities and faults are unaffected by a change. Virtual addresses are ignored: there may be many. */
export function isEquivalent(a: LinkView | undefined, b: LinkView | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.up === b.up &&
    a.running === b.running &&
    a.tracked === b.tracked &&
    isSame(a.ipv4, b.ipv4) &&
    isSame(a.ipv6, b.ipv6) &&
    isSame(a.linkLocal, b.linkLocal)
  );
}

function isSame(a: Source, b: Source): boolean {
  return a.host === b.host && a.first === b.first;
}

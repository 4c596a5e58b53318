import { Failure } from '../failure.ts';
import { containsAddress, freeAddress, isIPv6, lastBytes, overlap, prefixOf, spelt } from './subnet.ts';
import type { LabHost, LabRole, LabService, Nic, Route, Segment, Topology } from './topology.ts';

/** What a lab has to have, before it is decided how its hosts are plugged. */
export interface Wish {
  readonly networks: readonly { readonly name: string; readonly cidr: string }[];
  readonly hosts: readonly WishedHost[];
  /** Pairs of hosts, by name, that have to reach each other, through a router where they share no segment. */
  readonly reach: readonly (readonly [string, string])[];
  readonly vips: readonly string[];
  /** Addresses that no part of the lab may take, besides those of hosts and the VIPs. */
  readonly reserved: readonly string[];
  /** Names of hosts that the inventory does not have. */
  readonly added: readonly string[];
}

export interface WishedHost {
  readonly name: string;
  readonly roles: readonly LabRole[];
  /** The first one is what ssh reaches. */
  readonly addresses: readonly string[];
  /** Names of interfaces, each with an address of the network that it is in. */
  readonly interfaces: readonly { readonly name: string; readonly near: string }[];
  readonly services: readonly LabService[];
}

/** On the one processor of a guest kernel so many hosts start within 40 s, with 22 MB each. */
export const MOST_HOSTS = 24;

/** Each segment has a network device of its own in a guest kernel. */
export const MOST_SEGMENTS = 8;

/** What becomes a segment. */
interface Wire {
  readonly name: string;
  /** CIDR */
  readonly networks: string[];
}

/**
 * Plugs the wished hosts into segments, with a router between segments where hosts have to reach each other and share
 * none. Pure.
 * @throws Failure `lab` for what a lab cannot be
 */
export function layOut(wish: Wish): Topology {
  const wires = wiresFor(wish);
  const routed = routedWires(wish, wires);
  const free = freeAddresses(wish);
  const router = routed.length === 0 ? undefined : routerBetween(nameFor(wish, 'router'), routed, free);
  const segments = wires.map(({ name, networks }, index): Segment => {
    const control = networks.map((network) => withPrefix(free(network, 'top'), network));
    return { name, networks, uplink: macOf([0xfe, 0, 0, 0, index]), control };
  });
  const hosts = wish.hosts.map((host): LabHost => {
    const nics = nicsOf(host, wires);
    const routes = router === undefined ? [] : routesOf(nics, routed, router);
    return {
      name: host.name,
      roles: host.roles,
      address: host.addresses[0] ?? '',
      nics,
      routes,
      services: host.services,
    };
  });
  const topology: Topology = {
    segments,
    hosts: router === undefined ? hosts : [...hosts, router],
    vips: wish.vips,
    added: [...wish.added, ...(router === undefined ? [] : [router.name])],
  };
  refuseTooMany(topology);
  return topology;
}

type FreeAddress = (network: string, end: 'lowest' | 'top') => string;

/** Gives addresses that nothing in the lab has, each once. */
function freeAddresses({ hosts, vips, reserved }: Wish): FreeAddress {
  const taken = new Set([...hosts.flatMap(({ addresses }) => addresses), ...vips, ...reserved].map(spelt));
  return (network, end) => {
    const address = freeAddress(network, taken, end);
    if (address !== undefined) {
      taken.add(spelt(address));
      return address;
    }
    throw new Failure('lab', `the network ${network} has no free address left that the lab could use for itself`, {
      hint: 'Use a wider network: the lab needs an address in each, and another where there is a router.',
    });
  };
}

/** Networks of one name are one segment; an IPv6 network is in the segment of the IPv4 network that has the same hosts. */
function wiresFor({ networks, hosts }: Wish): readonly Wire[] {
  const within = (cidr: string): readonly string[] =>
    hosts.filter(({ addresses }) => addresses.some((one) => containsAddress(cidr, one))).map(({ name }) => name);
  const wires: Wire[] = [];
  const isV6 = ({ cidr }: Wish['networks'][number]): boolean => isIPv6(bare(cidr));
  for (const network of [...networks.filter((one) => !isV6(one)), ...networks.filter(isV6)]) {
    const members = within(network.cidr);
    const sameHosts = wires
      .filter((wire) => wire.networks.every((cidr) => !isIPv6(bare(cidr))))
      .map((wire) => ({ wire, others: wire.networks.flatMap(within) }))
      .filter(({ others }) => members.length > 0 && members.every((name) => others.includes(name)))
      .toSorted((one, other) => one.others.length - other.others.length)
      .map(({ wire }) => wire);
    const wire = wires.find(({ name }) => name === network.name) ?? (isV6(network) ? sameHosts[0] : undefined);
    if (wire === undefined) wires.push({ name: network.name, networks: [network.cidr] });
    else wire.networks.push(network.cidr);
  }
  refuseOverlap(wires.flatMap((wire) => wire.networks));
  return wires;
}

/** The segment and the network of an address. */
function placeOf(
  wires: readonly Wire[],
  address: string,
): { readonly wire: Wire; readonly network: string } | undefined {
  return wires
    .flatMap((wire) => wire.networks.map((network) => ({ wire, network })))
    .find(({ network }) => containsAddress(network, address));
}

/** @throws Failure `lab` for an address in none of the networks */
function placesOf(wires: readonly Wire[], { name, addresses }: WishedHost) {
  return addresses.map((address) => {
    const place = placeOf(wires, address);
    if (place !== undefined) return { ...place, address };
    throw new Failure('lab', `${name} has the address ${address}, which is in none of the networks`, {
      hint: 'Add its network under `networks`.',
    });
  });
}

function nicsOf(host: WishedHost, wires: readonly Wire[]): readonly Nic[] {
  const places = placesOf(wires, host);
  const names = new Map(
    host.interfaces.flatMap(({ name, near }) => {
      const wire = placeOf(wires, near)?.wire;
      return wire === undefined ? [] : [[wire, name] as const];
    }),
  );
  const inUse = new Set(names.values());
  return [...new Set(places.map(({ wire }) => wire))].map((wire) => {
    const own = places.filter((place) => place.wire === wire);
    const name = names.get(wire) ?? nextName(inUse);
    inUse.add(name);
    return {
      name,
      segment: wire.name,
      mac: macFor(own[0]?.address ?? ''),
      addresses: own.map(({ address, network }) => withPrefix(address, network)),
    };
  });
}

function nextName(inUse: ReadonlySet<string>): string {
  let number = 0;
  while (inUse.has(`eth${String(number)}`)) number += 1;
  return `eth${String(number)}`;
}

/** From the last four bytes of the address. */
function macFor(address: string): string {
  return macOf([isIPv6(address) ? 6 : 0, ...lastBytes(address)]);
}

function macOf(bytes: readonly number[]): string {
  return [2, ...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Segments that a router has to be in, for hosts that have to reach each other and share none. */
function routedWires({ hosts, reach }: Wish, wires: readonly Wire[]): readonly Wire[] {
  const routed = new Set<Wire>();
  const wiresOf = new Map(hosts.map((host) => [host.name, placesOf(wires, host).map(({ wire }) => wire)]));
  for (const [one, other] of reach) {
    const [mine = [], others = []] = [wiresOf.get(one), wiresOf.get(other)];
    if (mine.some((wire) => others.includes(wire))) continue;
    for (const wire of [mine[0], others[0]]) if (wire !== undefined) routed.add(wire);
  }
  return wires.filter((wire) => routed.has(wire));
}

function routerBetween(name: string, routed: readonly Wire[], free: FreeAddress): LabHost {
  const nics = routed.map((wire, index): Nic => {
    const addresses = wire.networks.map((network) => withPrefix(free(network, 'lowest'), network));
    return { name: `eth${String(index)}`, segment: wire.name, mac: macFor(bare(addresses[0] ?? '')), addresses };
  });
  return { name, roles: ['router'], address: bare(nics[0]?.addresses[0] ?? ''), nics, routes: [], services: [] };
}

/** Through the router to all segments that it connects and the host is not in, by the families that the host has. */
function routesOf(nics: readonly Nic[], routed: readonly Wire[], router: LabHost): readonly Route[] {
  const families = new Set(nics.flatMap(({ addresses }) => addresses.map((one) => isIPv6(bare(one)))));
  const near = router.nics.find(({ segment }) => nics.some((nic) => nic.segment === segment));
  return routed
    .filter((wire) => !nics.some(({ segment }) => segment === wire.name))
    .flatMap(({ networks }) => networks)
    .flatMap((to) => {
      const family = isIPv6(bare(to));
      const via = near?.addresses.map(bare).find((address) => isIPv6(address) === family);
      return via === undefined || !families.has(family) ? [] : [{ to, via }];
    });
}

/** Without its prefix length. */
function bare(address: string): string {
  return address.replace(/\/.*/, '');
}

function withPrefix(address: string, network: string): string {
  return `${address}/${String(prefixOf(network))}`;
}

/** A name that no host has. */
export function nameFor({ hosts }: Pick<Wish, 'hosts'>, name: string): string {
  const taken = new Set(hosts.map((host) => host.name));
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${String(number)}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function refuseOverlap(networks: readonly string[]): void {
  for (const [index, one] of networks.entries()) {
    const other = networks.slice(index + 1).find((later) => overlap(one, later));
    if (other === undefined) continue;
    throw new Failure(
      'lab',
      `the networks ${one} and ${other} overlap: the lab cannot choose a segment for their hosts`,
      {
        hint: 'Make one of them narrower.',
      },
    );
  }
}

function refuseTooMany({ hosts, segments }: Topology): void {
  const refuse = (count: number, what: string, most: number): never => {
    throw new Failure('lab', `the inventory needs ${String(count)} ${what}; a lab has ${String(most)} at most`, {
      hint: 'Use a smaller inventory of the same shape in the lab.',
    });
  };
  if (hosts.length > MOST_HOSTS) refuse(hosts.length, 'hosts', MOST_HOSTS);
  if (segments.length > MOST_SEGMENTS) refuse(segments.length, 'segments', MOST_SEGMENTS);
}

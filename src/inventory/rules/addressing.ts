import { METHODS, methodsOf } from '../../forwarding/methods.ts';
import { familyOf } from '../../keepalived/text/address.ts';
import { isEdge, parseNetwork } from '../address.ts';
import { type Cluster, type Network, endpointsOf } from '../cluster.ts';
import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import { networkOf, onOneSegment } from '../networks.ts';
import type { PathParts } from '../place.ts';

/** Directors and real servers have addresses of their own, on the segment of the VIP where the forwarding method needs that. */
export function addressing({ cluster, input }: Linted): readonly Finding[] {
  const found: Finding[] = [];
  const seen = new Map<string, string>();
  const segments = segmentsNeeded(cluster);
  for (const { at, name, address, role, key } of addressesOfHosts(cluster)) {
    const other = seen.get(`${role} ${address}`);
    if (other !== undefined) found.push(mistake(at, `${name} and ${other} have the same address, ${address}.`));
    seen.set(`${role} ${address}`, name);
    const network = networkOf(cluster, address);
    const needed = segments.get(`${key} ${address}`);
    const away = needed !== undefined && !onOneSegment(needed, network);
    if (away && isPlaceholder(address))
      found.push(
        doubt(at, `${name} has the placeholder ${address}, which is no host's.`, 'Put in its address before a deploy.'),
      );
    else if (away) found.push(...outside(at, `${name}, ${address},`, cluster, needed, isGiven(input)));
    else if (network !== undefined && isEdgeOf(network, address))
      found.push(mistake(at, `${address} is the network or the broadcast address of ${network.cidr}, not a host.`));
  }
  return found;
}

/** An address of documentation (RFC 5737), which adopt writes where no file has one. */
function isPlaceholder(address: string): boolean {
  return address.startsWith('192.0.2.');
}

export function isGiven({ network, networks }: Linted['input']): boolean {
  return network !== undefined || networks !== undefined;
}

export function isEdgeOf({ cidr }: Network, address: string): boolean {
  const network = parseNetwork(cidr);
  return network !== undefined && isEdge(network, address);
}

/** The network that an address of a host must be on, for methods that need one segment. */
function segmentsNeeded(cluster: Cluster): ReadonlyMap<string, Network> {
  const needed = new Map<string, Network>();
  const pools = new Set<string>();
  for (const { lb_kind, pool, ...server } of cluster.virtualServers) {
    if (METHODS[lb_kind].inventory.oneSegment === undefined) continue;
    for (const { vip } of endpointsOf(server)) {
      const network = networkOf(cluster, vip) ?? cluster.networks[0];
      if (network === undefined) continue;
      for (const { name, address } of pool) {
        if (familyOf(address) !== familyOf(vip)) continue;
        const key = `real-server ${name} ${address}`;
        if (!needed.has(key)) needed.set(key, network);
      }
      pools.add(vip);
    }
  }
  for (const { virtual_ipaddress, members } of cluster.instances) {
    const vip = virtual_ipaddress.find(({ address }) => pools.has(address));
    const network = vip === undefined ? undefined : (networkOf(cluster, vip.address) ?? cluster.networks[0]);
    if (network === undefined) continue;
    for (const { director, address } of members) needed.set(`director ${director} ${address}`, network);
  }
  return needed;
}

/** An address that is not on its segment, with the source of the segment. */
export function outside(
  at: PathParts,
  who: string,
  cluster: Cluster,
  needed: Network,
  given: boolean,
): readonly Finding[] {
  const why = methodsOf(cluster).find(({ inventory }) => inventory.oneSegment !== undefined)?.inventory.oneSegment;
  if (why === undefined) return [];
  const cidr = cluster.networks
    .filter((one) => onOneSegment(one, needed))
    .map((one) => one.cidr)
    .join(' and ');
  const known = given
    ? `the network given, ${cidr}`
    : `${cidr}, which is assumed because the inventory does not name its network`;
  const what = `${who} is outside ${known}; ${why}.`;
  const hint = given
    ? 'Correct the address or `network`.'
    : 'Correct the address, or say how large the segment is, as in `network: 192.168.0.0/16`.';
  return [mistake(at, what, hint, given ? [['network']] : [['network'], ['directors', 0]])];
}

function addressesOfHosts(cluster: Cluster) {
  const roles = [
    { list: 'directors', role: 'director', hosts: cluster.directors },
    { list: 'real_servers', role: 'real-server', hosts: cluster.realServers },
  ];
  return roles.flatMap(({ list, role, hosts }) =>
    hosts.flatMap(({ name, addresses }, index) =>
      addresses.map((address, place) => ({
        at: place === 0 ? [list, index, 'address'] : [list, index, 'addresses', place - 1],
        role,
        name,
        address,
        key: `${role} ${name}`,
      })),
    ),
  );
}

import { contains, isEdge, parseNetwork, type Network } from '../address.ts';
import { methodsOf } from '../../forwarding/methods.ts';
import type { Cluster } from '../cluster.ts';
import { mistake, type Finding, type Linted } from '../finding.ts';
import type { PathParts } from '../place.ts';

/** Directors and real servers have an address each, on one segment where the forwarding method needs that. */
export function addressing({ cluster, input }: Linted): readonly Finding[] {
  const network = networkOf(cluster);
  const found: Finding[] = [];
  const seen = new Map<string, string>();
  for (const { at, name, address, role } of segmentHosts(cluster)) {
    const other = seen.get(`${role} ${address}`);
    if (other !== undefined) found.push(mistake(at, `${name} and ${other} have the same address, ${address}.`));
    seen.set(`${role} ${address}`, name);
    if (!contains(network, address))
      found.push(...outside(at, `${name}, ${address},`, cluster, input.network !== undefined));
    else if (isEdge(network, address)) {
      found.push(mistake(at, `${address} is the network or the broadcast address of ${cluster.network}, not a host.`));
    }
  }
  return found;
}

export function networkOf(cluster: Cluster): Network {
  const network = parseNetwork(cluster.network);
  if (network === undefined) throw new TypeError(`${cluster.network} is no network`);
  return network;
}

/** What is wrong with an address that is not on the segment, with where the segment is known from. */
export function outside(at: PathParts, who: string, cluster: Cluster, given: boolean): readonly Finding[] {
  const why = methodsOf(cluster).find(({ inventory }) => inventory.oneSegment !== undefined)?.inventory.oneSegment;
  if (why === undefined) return [];
  const known = given
    ? `the network given, ${cluster.network}`
    : `${cluster.network}, which is assumed because the inventory does not name its network`;
  const what = `${who} is outside ${known}; ${why}.`;
  const hint = given
    ? 'Correct the address or `network`.'
    : 'Correct the address, or say how large the segment is, as in `network: 192.168.0.0/16`.';
  return [mistake(at, what, hint, given ? [['network']] : [['network'], ['directors', 0]])];
}

function segmentHosts(cluster: Cluster) {
  return [
    ...cluster.directors.map(({ name, address }, index) => ({
      at: ['directors', index, 'address'],
      role: 'director',
      name,
      address,
    })),
    ...cluster.realServers.map(({ name, address }, index) => ({
      at: ['real_servers', index, 'address'],
      role: 'real-server',
      name,
      address,
    })),
  ];
}

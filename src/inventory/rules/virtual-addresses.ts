import { contains, isEdge } from '../address.ts';
import { hostsOf } from '../cluster.ts';
import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import { virtualAddressPath } from '../resolve-keepalived.ts';
import { networkOf, outside } from './addressing.ts';

/** keepalived puts no more than this into one advertisement (RFC 3768 §5.3.5 leaves one byte for the count). */
const MAX_ADDRESSES = 255;

/** A VIP is on the segment, is not the address of a host, and is listed once. */
export function virtualAddresses({ cluster, input }: Linted): readonly Finding[] {
  const network = networkOf(cluster);
  const hosts = new Map(hostsOf(cluster).map(({ host }) => [host.address, host.name]));
  const seen = new Set<string>();
  const list = virtualAddressPath(input);
  const found: Finding[] = [];
  if (cluster.vrrp_instance.virtual_ipaddress.length > MAX_ADDRESSES) {
    found.push(mistake(list, `One VRRP instance carries at most ${MAX_ADDRESSES} addresses.`));
  }
  cluster.vrrp_instance.virtual_ipaddress.forEach(({ address, prefix }, index) => {
    const at = [...list, index];
    const host = hosts.get(address);
    if (seen.has(address)) found.push(mistake(at, `The VIP ${address} is listed twice.`, 'Keep one.'));
    seen.add(address);
    if (host !== undefined) {
      const what = `The VIP ${address} is the address of ${host}; a VIP moves between directors and must not belong to a host.`;
      found.push(mistake(at, what, 'Choose an address of the segment that no host has.'));
    } else if (!contains(network, address)) {
      found.push(...outside(at, `The VIP ${address}`, cluster, input.network !== undefined));
    } else if (isEdge(network, address)) {
      found.push(mistake(at, `The VIP ${address} is the network or the broadcast address of ${cluster.network}.`));
    }
    if (prefix !== 32) {
      const what = `The VIP ${address}/${prefix} brings a route for its network along; on a real server it is /32 anyway.`;
      found.push(doubt(at, what, 'Leave the prefix out, which means /32.'));
    }
  });
  return found;
}

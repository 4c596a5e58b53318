import { familyOf } from '../../keepalived/text/address.ts';
import { hostsOf } from '../cluster.ts';
import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import { givenInstances, virtualAddressPath } from '../given-instances.ts';
import { networkOf } from '../networks.ts';
import { isEdgeOf, isGiven, outside } from './addressing.ts';

/** keepalived puts no more than this into one advertisement (RFC 3768 §5.3.5 leaves one byte for the count). */
const MAX_ADDRESSES = 255;

/** A VIP is on the segment, is not the address of a host, and is listed once. */
export function virtualAddresses({ cluster, input }: Linted): readonly Finding[] {
  const hosts = new Map(hostsOf(cluster).flatMap(({ host }) => host.addresses.map((address) => [address, host.name])));
  const seen = new Map<string, string>();
  return givenInstances(input).flatMap((given) => {
    const list = virtualAddressPath(input, given);
    const addresses = list[0] === 'vip' ? (input.vip ?? []) : (given.own.virtual_ipaddress ?? []);
    const found: Finding[] = [];
    for (const family of ['ipv4', 'ipv6'])
      if (addresses.filter(({ address }) => familyOf(address) === family).length > MAX_ADDRESSES)
        found.push(mistake(list, `One VRRP instance carries at most ${MAX_ADDRESSES} addresses.`));
    addresses.forEach(({ address, prefix, options }, index) => {
      const at = [...list, index];
      const host = hosts.get(address);
      const network = networkOf(cluster, address);
      const [first] = cluster.networks;
      const name = given.name ?? 'VI_1';
      const other = seen.get(address);
      if (other === name) found.push(mistake(at, `The VIP ${address} is listed twice.`, 'Keep one.'));
      else if (other !== undefined)
        found.push(
          mistake(at, `The VIP ${address} is in ${other} and in ${name}.`, 'Keep one: two masters would hold it.'),
        );
      seen.set(address, name);
      if (host !== undefined) {
        const what = `The VIP ${address} is the address of ${host}; a VIP moves between directors and must not belong to a host.`;
        found.push(mistake(at, what, 'Choose an address of the segment that no host has.'));
      } else if (network === undefined) {
        if (first !== undefined) found.push(...outside(at, `The VIP ${address}`, cluster, first, isGiven(input)));
      } else if (isEdgeOf(network, address)) {
        found.push(mistake(at, `The VIP ${address} is the network or the broadcast address of ${network.cidr}.`));
      }
      const single = familyOf(address) === 'ipv4' ? 32 : 128;
      if (prefix !== undefined && prefix !== single && options.length === 0) {
        const what = `The VIP ${address}/${prefix} brings a route for its network along; on a real server it is /${single} anyway.`;
        found.push(doubt(at, what, `Leave the prefix out, which means /${single}.`));
      }
    });
    return found;
  });
}

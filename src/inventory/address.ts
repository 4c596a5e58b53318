import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../keepalived/text/address.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network of either family: `192.168.168.0` and 24, `fd00::` and 64. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** The network of a text such as `10.0.0.1/24`; host bits are cleared. Undefined when it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  if (canonicalAddress(address) === undefined || !/^\d{1,3}$/.test(prefix) || rest.length > 0) return undefined;
  const most = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128;
  return Number(prefix) > most ? undefined : networkAround(address, Number(prefix));
}

/** The network that contains an address. */
export function networkAround(address: string, prefix: number): Network {
  return { address: textOf(bounds({ address, prefix }).first), prefix };
}

/** False for an address of the other family. */
export function contains(network: Network, address: string): boolean {
  const one = ipaddr.parse(address);
  const own = ipaddr.parse(network.address);
  return one.kind() === own.kind() && one.match(own, network.prefix);
}

/**
 * Whether an address is the network's own or its broadcast address, which no host can have. /31 and /32 have
 * neither (RFC 3021), and IPv6 has no broadcast; its first address is the anycast of the routers (RFC 4291 §2.6.1).
 */
export function isEdge(network: Network, address: string): boolean {
  const { first, last, bits } = bounds(network);
  if (network.prefix >= bits - 1) return false;
  const text = textOf(ipaddr.parse(address));
  return text === textOf(first) || (last !== undefined && text === textOf(last));
}

/** The first address of a network, and its broadcast address where the family has one. */
function bounds({ address, prefix }: Network): {
  readonly first: Address;
  readonly last: Address | undefined;
  readonly bits: 32 | 128;
} {
  const cidr = `${address}/${prefix}`;
  return ipaddr.parse(address).kind() === 'ipv4'
    ? {
        first: ipaddr.IPv4.networkAddressFromCIDR(cidr),
        last: ipaddr.IPv4.broadcastAddressFromCIDR(cidr),
        bits: 32,
      }
    : { first: ipaddr.IPv6.networkAddressFromCIDR(cidr), last: undefined, bits: 128 };
}

/** As in the model: dotted quad, or RFC 5952. */
function textOf(address: Address): string {
  const text = address.toString();
  return canonicalAddress(text) ?? text;
}

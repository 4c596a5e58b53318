import ipaddr from 'ipaddr.js';

/** How far up in a wide network an address is chosen: IPv6 ones stay short. */
const HIGHEST = 0xfffe;

/** Whether a text is an address of IPv6. */
export function isIPv6(address: string): boolean {
  return ipaddr.parse(address).kind() === 'ipv6';
}

/** An address in one spelling, to be compared. */
export function spelt(address: string): string {
  return ipaddr.parse(address).toString();
}

/** The last four bytes of an address. */
export function lastBytes(address: string): readonly number[] {
  return ipaddr.parse(address).toByteArray().slice(-4);
}

export function containsAddress(cidr: string, address: string): boolean {
  const one = ipaddr.parse(address);
  const network = ipaddr.parseCIDR(cidr);
  return one.kind() === network[0].kind() && one.match(network);
}

export function prefixOf(cidr: string): number {
  return ipaddr.parseCIDR(cidr)[1];
}

/** Whether two networks have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [narrow, wide] = prefixOf(one) > prefixOf(other) ? [one, other] : [other, one];
  return containsAddress(wide, ipaddr.parseCIDR(narrow)[0].toString());
}

/**
 * An address that a host can have and none has: the lowest, where people put a router, or else the topmost.
 * @param taken as `spelt`
 */
export function freeAddress(cidr: string, taken: ReadonlySet<string>, end: 'lowest' | 'top'): string | undefined {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const first =
    address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  const bits = first.kind() === 'ipv4' ? 32 : 128;
  const size = 2 ** (bits - prefix);
  const lowest = size > 2 ? 1 : 0;
  const highest = Math.min(HIGHEST, size > 2 && bits === 32 ? size - 2 : size - 1);
  const isFree = (offset: number): boolean => !taken.has(above(first, offset));
  if (end === 'lowest' && isFree(lowest)) return above(first, lowest);
  for (let offset = highest; offset > lowest; offset -= 1) if (isFree(offset)) return above(first, offset);
  return isFree(lowest) ? above(first, lowest) : undefined;
}

/** At most 65,535 above the first address of a network. */
function above(first: ipaddr.IPv4 | ipaddr.IPv6, offset: number): string {
  const bytes = first.toByteArray();
  let carry = offset;
  for (let at = bytes.length - 1; at >= 0 && carry > 0; at -= 1) {
    carry += bytes[at] ?? 0;
    bytes[at] = carry & 0xff;
    carry >>= 8;
  }
  return ipaddr.fromByteArray(bytes).toString();
}

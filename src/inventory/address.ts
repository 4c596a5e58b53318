/** IPv4 addresses as text in the one form that every tool agrees on: four decimals without leading zeros. */

/** As an unsigned 32-bit number. */
export function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => String((number >>> shift) & 255)).join('.');
}

export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** The network that an address is in. */
export function networkAround(address: string, prefix: number): Network {
  return { address: addressOf((numberOf(address) & maskOf(prefix)) >>> 0), prefix };
}

export function contains(network: Network, address: string): boolean {
  return networkAround(address, network.prefix).address === networkAround(network.address, network.prefix).address;
}

/** Whether an address is the network's own or its broadcast address; /31 and /32 have neither (RFC 3021). */
export function isEdge(network: Network, address: string): boolean {
  if (network.prefix >= 31) return false;
  const host = numberOf(address) & ~maskOf(network.prefix);
  return host === 0 || host >>> 0 === ~maskOf(network.prefix) >>> 0;
}

function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
}

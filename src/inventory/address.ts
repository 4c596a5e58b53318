import { addressBytes, canonicalAddress, familyOf, formatAddress, parseAddress } from '../keepalived/text/address.ts';

/** A network of either family: `192.168.168.0` and 24, `fd00::` and 64. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** The network of a text such as `10.0.0.1/24`; host bits are cleared. Undefined when it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || !/^\d{1,3}$/.test(prefix) || rest.length > 0) return undefined;
  return Number(prefix) > bytes.length * 8 ? undefined : networkAround(address, Number(prefix));
}

/** The network that contains an address. */
export function networkAround(address: string, prefix: number): Network {
  return { address: formatAddress(withHostBits(addressBytes(address), prefix, 0)), prefix };
}

/** Whether addresses are in a network; false for those of the other family. The network is parsed once. */
export function containing({ address, prefix }: Network): (other: string) => boolean {
  const own = addressBytes(address);
  const whole = prefix >> 3;
  const mask = hostMask(prefix, whole) ^ 255;
  return (other) => {
    const bytes = addressBytes(other);
    if (bytes.length !== own.length) return false;
    for (let index = 0; index < whole; index++) if (bytes[index] !== own[index]) return false;
    return whole === own.length || (((bytes[whole] ?? 0) ^ (own[whole] ?? 0)) & mask) === 0;
  };
}

/**
 * Whether an address is the network's own or its broadcast address, which no host can have. /31 and /32 have
 * neither (RFC 3021), and IPv6 has no broadcast; its first address is the anycast of the routers (RFC 4291 §2.6.1).
 */
export function isEdge({ address, prefix }: Network, other: string): boolean {
  const own = addressBytes(address);
  if (prefix >= own.length * 8 - 1) return false;
  const text = canonicalAddress(other);
  if (text === formatAddress(withHostBits(own, prefix, 0))) return true;
  return familyOf(address) === 'ipv4' && text === formatAddress(withHostBits(own, prefix, 255));
}

/** The first address of a network with a filling of 0, its last with 255. */
function withHostBits(bytes: Uint8Array, prefix: number, filling: 0 | 255): Uint8Array {
  return bytes.map((byte, index) => {
    const mask = hostMask(prefix, index);
    return (byte & ~mask) | (filling & mask);
  });
}

/** The bits of one byte of an address that are those of the host. */
function hostMask(prefix: number, index: number): number {
  return 255 >> Math.min(Math.max(prefix - index * 8, 0), 8);
}

import { formatAddress } from '../../../keepalived/text/address.ts';

/** Cache size, enough for the routers of a link. */
const ROOM = 64;

/** A cache of formatted addresses: formatting an IPv6 address takes longer than the rest of processing a packet. */
export class AddressTexts {
  readonly #texts = new Map<string | number, string>();

  /** The address at an offset of a packet. @param length 4 or 16 */
  of(packet: Uint8Array, offset: number, length: 4 | 16): string {
    const key = length === 4 ? numberAt(packet, offset) : String.fromCharCode(...packet.subarray(offset, offset + 16));
    const cached = this.#texts.get(key);
    if (cached !== undefined) return cached;
    if (this.#texts.size >= ROOM) this.#texts.clear();
    const text = formatAddress(packet.subarray(offset, offset + length));
    this.#texts.set(key, text);
    return text;
  }
}

function numberAt(packet: Uint8Array, at: number): number {
  const high = ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
  const low = ((packet[at + 2] ?? 0) << 8) | (packet[at + 3] ?? 0);
  return (high << 16) | low;
}

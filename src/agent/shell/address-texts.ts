import { formatAddress } from '../core/bytes/address.ts';

/** Enough for the routers of a link; whoever sends from more addresses only costs time. */
const ROOM = 64;

/** Texts of addresses that come again and again: to write out one of IPv6 takes longer than all else about a packet. */
export class AddressTexts {
  readonly #texts = new Map<string, string>();

  /** @param bytes 4 or 16 */
  of(bytes: Uint8Array): string {
    const key = String.fromCharCode(...bytes);
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    if (this.#texts.size >= ROOM) this.#texts.clear();
    const text = formatAddress(bytes);
    this.#texts.set(key, text);
    return text;
  }
}

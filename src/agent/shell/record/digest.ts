import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';

/**
 * Compares long texts without keeping them: two FNV-1a hashes with different bases, 64 bits in total. Not
 * collision-resistant against an attacker.
 */
export class Digest {
  #first = 0x811c9dc5;
  #second = 0xc9dc5118;

  add(text: string): void {
    for (const byte of encodeUtf8(text)) {
      this.#first = Math.imul(this.#first ^ byte, 0x01000193);
      // Mixed with the first, as otherwise the two would differ only by their bases.
      this.#second = Math.imul(this.#second ^ byte ^ (this.#first >>> 24), 0x01000193);
    }
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#first, this.#second].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

export function digestOf(text: string): string {
  const digest = new Digest();
  digest.add(text);
  return digest.toString();
}

/**
 * Reads numbers out of bytes. Reading past the end sets `failed` and gives zeros from then on, so that a decoder reads
 * all its fields in order and asks once at the end whether they were there. It never throws.
 *
 * `u16` and `u32` are in network order; `…le` is the host's order on every machine that the agent runs on.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  offset: number;
  failed = false;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Bytes not read yet. */
  get left(): number {
    return Math.max(0, this.bytes.length - this.offset);
  }

  u8(): number {
    return this.#take(1)?.[0] ?? 0;
  }

  u16(): number {
    const [high = 0, low = 0] = this.#take(2) ?? [];
    return (high << 8) | low;
  }

  u32(): number {
    const high = this.u16();
    return ((high << 16) | this.u16()) >>> 0;
  }

  u16le(): number {
    const [low = 0, high = 0] = this.#take(2) ?? [];
    return (high << 8) | low;
  }

  u32le(): number {
    const low = this.u16le();
    return ((this.u16le() << 16) | low) >>> 0;
  }

  /** Signed, as a weight or an errno. */
  i32le(): number {
    return this.u32le() | 0;
  }

  u64le(): bigint {
    const low = BigInt(this.u32le());
    return (BigInt(this.u32le()) << 32n) | low;
  }

  /** A view of the next `length` bytes, not a copy; empty once failed. */
  take(length: number): Uint8Array {
    return this.#take(length) ?? new Uint8Array(0);
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): Uint8Array | undefined {
    if (this.failed || length < 0 || length > this.bytes.length - this.offset) {
      this.failed = true;
      return undefined;
    }
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
}

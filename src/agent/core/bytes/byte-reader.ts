/**
 * Decodes numbers from bytes. Reading past the end sets `failed` and returns zeros from then on, so that a decoder can
 * read all fields and check once at the end. Never throws.
 *
 * `u16` and `u32` are in network byte order; `…le` is the host byte order of all supported machines.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  offset: number;
  failed = false;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Number of unread bytes. */
  get left(): number {
    return Math.max(0, this.bytes.length - this.offset);
  }

  u8(): number {
    const at = this.#pass(1);
    return at < 0 ? 0 : (this.bytes[at] ?? 0);
  }

  u16(): number {
    const at = this.#pass(2);
    return at < 0 ? 0 : ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }

  u32(): number {
    const high = this.u16();
    return ((high << 16) | this.u16()) >>> 0;
  }

  u16le(): number {
    const at = this.#pass(2);
    return at < 0 ? 0 : (this.bytes[at] ?? 0) | ((this.bytes[at + 1] ?? 0) << 8);
  }

  u32le(): number {
    const low = this.u16le();
    return ((this.u16le() << 16) | low) >>> 0;
  }

  /** Signed, for example a weight or an errno. */
  i32le(): number {
    return this.u32le() | 0;
  }

  u64le(): bigint {
    const low = BigInt(this.u32le());
    return (BigInt(this.u32le()) << 32n) | low;
  }

  /** A view of the next `length` bytes; empty once failed. */
  take(length: number): Uint8Array {
    const at = this.#pass(length);
    return at < 0 ? new Uint8Array(0) : this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.#pass(length);
  }

  /** The offset of the next `length` bytes, or -1 past the end. */
  #pass(length: number): number {
    const at = this.offset;
    if (this.failed || length < 0 || length > this.bytes.length - at) {
      this.failed = true;
      return -1;
    }
    this.offset = at + length;
    return at;
  }
}

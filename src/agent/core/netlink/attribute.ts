import { ByteReader } from '../bytes/byte-reader.ts';
import { decodeName, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u16be, u16le, u32le, u8 } from '../bytes/write.ts';
import { align, NLA_F } from './number.ts';

/**
 * struct nlattr (linux/netlink.h): length and type in host byte order, the payload, and padding to a multiple of four.
 * @throws RangeError if the payload does not fit a 16-bit length, which is a programming error
 */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const length = 4 + payload.length;
  if (length > 0xffff) throw new RangeError(`an attribute of ${length} bytes is longer than 65535`);
  return concat([u16le(length), u16le(type), payload, new Uint8Array(align(length) - length)]);
}

export function attributeU8(type: number, value: number): Uint8Array {
  return attribute(type, u8(value));
}

export function attributeU16(type: number, value: number): Uint8Array {
  return attribute(type, u16le(value));
}

/** In network byte order, for ports. */
export function attributeU16be(type: number, value: number): Uint8Array {
  return attribute(type, u16be(value));
}

/** Accepts signed values too. */
export function attributeU32(type: number, value: number): Uint8Array {
  return attribute(type, u32le(value));
}

/** NUL-terminated, as NLA_NUL_STRING requires. */
export function attributeName(type: number, text: string): Uint8Array {
  return attribute(type, concat([encodeUtf8(text), u8(0)]));
}

export function nested(type: number, attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F.NESTED, concat(attributes));
}

/**
 * Attributes by type. An absent one reads as undefined. A truncated one and malformed bytes set `failed` for good, here
 * and in the enclosing attributes, so that a decoder can read all fields and check once. As in the kernel, the last of
 * several attributes with one type wins.
 */
export class Attributes {
  readonly #payloads = new Map<number, Uint8Array>();
  readonly #fault: { failed: boolean };

  constructor(bytes: Uint8Array, fault: { failed: boolean } = { failed: false }) {
    this.#fault = fault;
    let offset = 0;
    while (offset < bytes.length) {
      const reader = new ByteReader(bytes, offset);
      const length = reader.u16le();
      const type = reader.u16le() & ~(NLA_F.NESTED | NLA_F.NET_BYTEORDER);
      const payload = reader.take(length - 4);
      if (reader.failed) {
        fault.failed = true;
        return;
      }
      this.#payloads.set(type, payload);
      offset += align(length);
    }
  }

  get failed(): boolean {
    return this.#fault.failed;
  }

  /** A view, not a copy. */
  bytes(type: number): Uint8Array | undefined {
    return this.#payloads.get(type);
  }

  u8(type: number): number | undefined {
    return this.#read(type, (reader) => reader.u8());
  }

  u16(type: number): number | undefined {
    return this.#read(type, (reader) => reader.u16le());
  }

  u16be(type: number): number | undefined {
    return this.#read(type, (reader) => reader.u16());
  }

  u32(type: number): number | undefined {
    return this.#read(type, (reader) => reader.u32le());
  }

  i32(type: number): number | undefined {
    return this.#read(type, (reader) => reader.i32le());
  }

  u64(type: number): bigint | undefined {
    return this.#read(type, (reader) => reader.u64le());
  }

  /** Up to the first zero byte. */
  name(type: number): string | undefined {
    const payload = this.#payloads.get(type);
    return payload === undefined ? undefined : decodeName(payload);
  }

  nested(type: number): Attributes | undefined {
    const payload = this.#payloads.get(type);
    return payload === undefined ? undefined : new Attributes(payload, this.#fault);
  }

  #read<T>(type: number, read: (reader: ByteReader) => T): T | undefined {
    const payload = this.#payloads.get(type);
    if (payload === undefined) return undefined;
    const reader = new ByteReader(payload);
    const value = read(reader);
    if (reader.failed) this.#fault.failed = true;
    return reader.failed ? undefined : value;
  }
}

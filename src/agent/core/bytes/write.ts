/** Encodes numbers, to be combined with `concat`. `be` is network byte order; `le` is that of all supported hosts. */

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u16be(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

export function u32be(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function u16le(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

/** Accepts signed values too. */
export function u32le(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

export function u64le(value: bigint): Uint8Array {
  return concat([u32le(Number(BigInt.asUintN(32, value))), u32le(Number(BigInt.asUintN(32, value >> 32n)))]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/**
 * The Internet checksum of concatenated parts (RFC 1071). Only the last part may have an odd length. The result is 0
 * for a message that includes its valid checksum.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) sum = addWords(sum, part);
  return foldWords(sum);
}

/** Adds the 16-bit words of a part to a running sum. */
export function addWords(sum: number, part: Uint8Array): number {
  let total = sum;
  for (let index = 0; index < part.length; index += 2) total += ((part[index] ?? 0) << 8) | (part[index + 1] ?? 0);
  return total;
}

/** The checksum of a running sum. */
export function foldWords(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}

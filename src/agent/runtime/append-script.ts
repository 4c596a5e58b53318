/** The magic at the end of a program with a script, expected by `script.c`. */
const MAGIC = 'lvsagent';

/** Appends a script to a runtime, followed by its length in 8 bytes and the magic. */
export function appendScript(runtime: Uint8Array, script: Uint8Array): Buffer {
  const trailer = Buffer.alloc(16);
  trailer.writeBigUInt64LE(BigInt(script.length));
  trailer.write(MAGIC, 8, 'latin1');
  return Buffer.concat([runtime, script, trailer]);
}

/** Ends a program that has a script; `runtime.c` looks for it. */
const MAGIC = 'lvsagent';

/** One program of a runtime and its script: behind both come the length of the script in 8 bytes and the magic. */
export function appendScript(runtime: Uint8Array, script: Uint8Array): Buffer {
  const trailer = Buffer.alloc(16);
  trailer.writeBigUInt64LE(BigInt(script.length));
  trailer.write(MAGIC, 8, 'latin1');
  return Buffer.concat([runtime, script, trailer]);
}

import { encodeUtf8 } from '../../keepalived/text/utf8.ts';
import type { SpawnSpec } from '../shell/sys/sys.ts';
import type { Host } from './host.ts';

/** Returns the pid or -errno. The program must be a path: PATH is not searched. */
export function spawnStatic(host: Host, { argv, env, identity, stdio }: SpawnSpec): number {
  const words = cStrings(argv);
  const variables = cStrings(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  return host.spawn(
    pointers(host, words),
    pointers(host, variables),
    Int32Array.from(stdio, (fd) => fd ?? -1),
    identity === undefined ? undefined : Uint32Array.of(identity.uid, identity.gid, ...identity.groups),
  );
}

function cStrings(texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => encodeUtf8(`${text}\0`));
}

/** Valid while the caller holds `strings`. */
function pointers(host: Host, strings: readonly Uint8Array[]): BigUint64Array {
  return BigUint64Array.from([...strings.map((string) => host.address(string)), 0n]);
}

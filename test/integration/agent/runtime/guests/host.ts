import { encodeUtf8 } from '../../../../../src/keepalived/text/utf8.ts';
import type { Host } from '../../../../../src/agent/host-static/host.ts';
import { staticSys } from '../../../../../src/agent/host-static/static-sys.ts';
import { call } from '../../../../../src/agent/shell/sys/syscall-numbers.ts';

declare const host: Host;

/** The host of the static runtime. */
export const sys = staticSys(host);

/** Prints a line of JSON for the test. */
export function print(value: unknown): void {
  const line = encodeUtf8(`${JSON.stringify(value)}\n`);
  call(sys, 'write', 1, line, line.length);
}

/** Both ends of a non-blocking pipe. */
export function pipe(): readonly [reads: number, writes: number] {
  const ends = new Int32Array(2);
  call(sys, 'pipe2', new Uint8Array(ends.buffer), 0o2004000);
  const [reads = -1, writes = -1] = ends;
  return [reads, writes];
}

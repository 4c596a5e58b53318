import type { Sys, SysArg, Tls } from '../shell/sys/sys.ts';

/** The global `host` of the static runtime, defined in `runtime/runtime.c` and `runtime/tls.c`. */
export interface Host {
  readonly arch: Sys['arch'];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly syscall: (number: number, ...args: readonly SysArg[]) => number;
  readonly address: (bytes: ArrayBufferView) => bigint;
  /**
   * @param argv pointers for execve, terminated by zero; likewise `env`
   * @param stdio three descriptors, -1 for /dev/null
   * @param identity uid, gid and groups
   * @returns the pid or -errno
   */
  readonly spawn: (
    argv: BigUint64Array,
    env: BigUint64Array,
    stdio: Int32Array,
    identity: Uint32Array | undefined,
  ) => number;
  readonly tls: Tls;
}

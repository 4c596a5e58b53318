/** A system call argument: a number, or memory by reference. */
export type SysArg = number | bigint | Uint8Array;

/** A program to start, without a shell. Only the three given descriptors are inherited. */
export interface SpawnSpec {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** undefined keeps the current identity. */
  readonly identity: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | undefined;
  /** Descriptors for 0, 1 and 2; undefined is /dev/null. */
  readonly stdio: readonly [number | undefined, number | undefined, number | undefined];
}

/** How a process exited. */
export interface Exit {
  readonly pid: number;
  readonly code: number | undefined;
  readonly signal: number | undefined;
}

/**
 * The runtime of the agent: the static runtime deployed to directors, or Node for tests and debugging. The rest of the
 * shell builds on it and is the same for both.
 */
export interface Sys {
  readonly arch: 'x64' | 'arm64';
  /** Arguments after the program name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes a system call. Returns its result or -errno. Numbers are in `syscall-numbers.ts`. */
  readonly syscall: (number: number, ...args: readonly SysArg[]) => number;
  /** The address of an array, for structs with pointers. Stable while the array is referenced. */
  readonly address: (bytes: Uint8Array) => bigint;
  /** Starts a program in a new session, without blocked signals and with SCHED_OTHER. Returns the pid or -errno. */
  readonly spawn: (spec: SpawnSpec) => number;
  /** Children that exited since the last call. To be called after SIGCHLD. */
  readonly reap: () => readonly Exit[];
  /**
   * Starts to collect signals instead of acting on them. Returns a descriptor that is readable while signals are
   * pending, or undefined if signals interrupt the wait instead.
   */
  readonly catchSignals: (signals: readonly number[]) => number | undefined;
  /** Signals received since the last call. */
  readonly signals: () => readonly number[];
  /** Runs the host's own event loop between two rounds; undefined if it has none. */
  readonly breathe: (() => Promise<void>) | undefined;
  readonly exit: (code: number) => never;
  /** TLS over a connected stream socket, if available; `--config-test` rejects SSL_GET without it. */
  readonly tls: Tls | undefined;
}

/** A non-blocking TLS client that accepts any certificate, like keepalived's SSL_GET. -11 (EAGAIN): call again. */
export interface Tls {
  /** Returns a handle or -errno. @param serverName sent as SNI unless undefined */
  readonly open: (fd: number, serverName: string | undefined) => number;
  /** Returns 0 when done, -11 to wait in the direction of `wantsWrite`, or another negative number on failure. */
  readonly handshake: (handle: number) => number;
  /** Whether the last -11 waits for writing rather than reading. */
  readonly wantsWrite: (handle: number) => boolean;
  readonly read: (handle: number, buffer: Uint8Array) => number;
  readonly write: (handle: number, bytes: Uint8Array) => number;
  /** Frees the handle; the caller closes the socket. */
  readonly close: (handle: number) => void;
  /** Describes the last failure. */
  readonly reason: (handle: number) => string;
}

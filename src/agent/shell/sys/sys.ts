/** What can be given to a system call: numbers, or memory by reference. */
export type SysArg = number | bigint | Uint8Array;

/** A program to be started. No shell is involved, and no descriptor but these three is inherited. */
export interface SpawnSpec {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** undefined keeps our own. */
  readonly identity: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | undefined;
  /** Descriptors that become 0, 1 and 2; undefined is /dev/null. */
  readonly stdio: readonly [number | undefined, number | undefined, number | undefined];
}

/** How a process ended. */
export interface Exit {
  readonly pid: number;
  readonly code: number | undefined;
  readonly signal: number | undefined;
}

/**
 * The host that the agent runs in: the static runtime that is pushed to a director, or Node for tests and debugging.
 * Everything else of the shell is written over it, and is the same in both.
 */
export interface Sys {
  readonly arch: 'x64' | 'arm64';
  /** As after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The result of the system call, or -errno. Numbers are in `syscall-numbers.ts`. */
  readonly syscall: (number: number, ...args: readonly SysArg[]) => number;
  /** Where the memory of an array is, for structs that hold pointers. It stays there as long as the array is referred to. */
  readonly address: (bytes: Uint8Array) => bigint;
  /** Starts a program in a session of its own with no signal blocked and SCHED_OTHER; the pid, or -errno. */
  readonly spawn: (spec: SpawnSpec) => number;
  /** Children that ended since it was asked last; called after SIGCHLD. */
  readonly reap: () => readonly Exit[];
  /** Signals from now on are collected, not acted on. A descriptor that is readable when there is one, or undefined where `wait` is interrupted instead. */
  readonly catchSignals: (signals: readonly number[]) => number | undefined;
  /** Signals that came since it was asked last. */
  readonly signals: () => readonly number[];
  /** Gives the host its turn between two rounds of the loop; undefined where it needs none. */
  readonly breathe: (() => Promise<void>) | undefined;
  readonly exit: (code: number) => never;
  /** TLS over a connected stream socket, where the host has it: SSL_GET is refused by `--config-test` without. */
  readonly tls: Tls | undefined;
}

/** Client side of TLS without checking certificates, as keepalived's SSL_GET. Non-blocking: -11 (EAGAIN) asks to be called again. */
export interface Tls {
  /** @param serverName sent as SNI unless undefined. A handle, or -errno. */
  readonly open: (fd: number, serverName: string | undefined) => number;
  /** 0 when done, -11 with `wants` of the direction to wait for, another negative when it failed. */
  readonly handshake: (handle: number) => number;
  /** Whether the last -11 waits to write rather than to read. */
  readonly wantsWrite: (handle: number) => boolean;
  readonly read: (handle: number, buffer: Uint8Array) => number;
  readonly write: (handle: number, bytes: Uint8Array) => number;
  /** Frees it; the socket is the caller's to close. */
  readonly close: (handle: number) => void;
  /** What went wrong last, in words. */
  readonly reason: (handle: number) => string;
}

import type { Command } from './command.ts';

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** milliseconds until the command is given up, its wait for a free session included; `Infinity` is allowed */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with each whole line of standard output as it arrives, without its newline. */
  readonly onLine?: (line: string) => void;
  /** The same for standard error. */
  readonly onErrorLine?: (line: string) => void;
  /** Limit in bytes for both outputs combined, after which the command is aborted; default 64 MiB. */
  readonly maxOutputBytes?: number;
  /**
   * `open` keeps the script's standard input open, and silent, for as long as the connection lives: a script that ends
   * with `cat` then ends with the connection, even when the connection is cut. That is how a lock is held.
   */
  readonly stdin?: 'empty' | 'open';
  /** With `open`: is given a function that sends a line to the script, and does nothing once the run has ended. */
  readonly onInput?: (send: (line: string) => void) => void;
  /**
   * What becomes of a script whose end is not waited for any longer, after a time-out, an abort or too much output.
   * `leave` is for one that must never be broken off, such as a package manager: it goes on, and its output is discarded.
   */
  readonly onGiveUp?: 'terminate' | 'leave';
}

/**
 * A connection to one host, as root. A non-zero exit is a `Result`; no exit at all (connection lost, time-out,
 * abort) is a thrown `Failure` whose text is redacted.
 */
export interface Transport {
  /** Name of the host in the inventory. */
  readonly host: string;
  /**
   * Runs a script with `/bin/sh` in `/`, with `LC_ALL=C`, a full `PATH` and umask 022, standard input empty. The script
   * never appears in a process list, and a connection that dies while it is sent runs none of it.
   *
   * On a time-out or an abort the call fails at once, and the script's process group gets SIGTERM, unless `onGiveUp`
   * says otherwise; what has left the group (a daemon), or ignores the signal, goes on. A connection that is lost closes the outputs and signals nothing:
   * a script then goes on until it writes. One that must not reads its standard input; see `RunOptions.stdin`.
   */
  run(command: Command, options: RunOptions): Promise<Result>;
  /** Ends the connection; whatever still runs on it is given up. */
  close(): void;
}

/** Opens the connection to a host. @throws Failure: unreachable, auth, host-key, privilege, timeout. */
export type Connect = (signal: AbortSignal) => Promise<Transport>;

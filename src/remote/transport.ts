import type { Command } from './command.ts';

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** milliseconds until the command is abandoned, including the wait for a free session; `Infinity` is allowed */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with each whole line of standard output as it arrives, without its newline. */
  readonly onLine?: (line: string) => void;
  /** The same for standard error. */
  readonly onErrorLine?: (line: string) => void;
  /** Limit in bytes for both outputs combined, after which the command is aborted; default 64 MiB. */
  readonly maxOutputBytes?: number;
  /** Standard output is delivered to `onLine` only: it is not kept, and has no limit of its own. */
  readonly streamed?: boolean;
  /**
   * `open` keeps the script's standard input open and silent while the connection lives: a script that ends with `cat`
   * then ends with the connection, even when that is cut. A lock is held this way.
   */
  readonly stdin?: 'empty' | 'open';
  /** With `open`: receives a function that sends a line to the script, and does nothing after the run has ended. */
  readonly onInput?: (send: (line: string) => void) => void;
  /**
   * What happens to an abandoned script, after a time-out, an abort or too much output. `leave` lets it continue and
   * discards its output, for one that must not be interrupted, such as a package manager.
   */
  readonly onGiveUp?: 'terminate' | 'leave';
}

/**
 * A connection to one host, as root. A non-zero exit is a `Result`; a missing exit (connection lost, time-out, abort)
 * is a thrown `Failure` with redacted text.
 */
export interface Transport {
  /** Name of the host in the inventory. */
  readonly host: string;
  /**
   * Runs a script with `/bin/sh` in `/`, with `LC_ALL=C`, a full `PATH`, umask 022 and empty standard input. The script
   * never appears in a process list, and none of it runs if the connection dies while it is sent.
   *
   * On a time-out or an abort the call fails at once, and the script's process group gets SIGTERM, unless `onGiveUp`
   * says otherwise; processes that have left the group (daemons) or ignore the signal continue. A lost connection
   * closes the outputs and signals nothing: a script then continues until it writes. To prevent that, it can read its
   * standard input; see `RunOptions.stdin`.
   */
  run(command: Command, options: RunOptions): Promise<Result>;
  /** Closes the connection and abandons what still runs on it. */
  close(): void;
}

/** Opens the connection to a host. @throws Failure: unreachable, auth, host-key, privilege, timeout. */
export type Connect = (signal: AbortSignal) => Promise<Transport>;

import type { Command } from './command.ts';

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** milliseconds until the command is given up */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with each whole line of standard output as it arrives, without its newline. */
  readonly onLine?: (line: string) => void;
  /** The same for standard error. */
  readonly onErrorLine?: (line: string) => void;
}

/**
 * A connection to one host, as root. A non-zero exit is a `Result`; no exit at all (connection lost, time-out,
 * abort) is a thrown `Failure` whose text is redacted.
 */
export interface Transport {
  /** Name of the host in the inventory. */
  readonly host: string;
  /**
   * Runs a script with `/bin/sh` and `LC_ALL=C`, standard input empty. The script never appears in a process list,
   * and a connection that dies while it is sent runs none of it.
   */
  run(command: Command, options: RunOptions): Promise<Result>;
  /** Ends the connection; whatever still runs on it is given up. */
  close(): void;
}

/** Opens the connection to a host. @throws Failure: unreachable, auth, host-key, privilege, timeout. */
export type Connect = (signal: AbortSignal) => Promise<Transport>;

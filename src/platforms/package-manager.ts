import type { Command } from '../remote/command.ts';

/**
 * Where a package could be had from: the local folder, the lists on the host, sources of which the host has no list yet,
 * or nowhere.
 */
export type PackageSource = 'mount' | 'candidate' | 'unread' | 'none';

/** How one family of distributions keeps its packages. */
export interface PackageManager {
  readonly id: string;
  /** A shell condition that is true on such a host; it starts no process. */
  readonly detect: Command;
  /** Its names of packages, by Debian's; those that are the same are left out. */
  readonly names: Readonly<Record<string, string>>;
  /** Prints the names of those packages that are installed, a line each. */
  query(packages: readonly string[]): Command;
  /**
   * Prints the `PackageSource` of a package that is not installed and, for `mount` and `candidate`, a line
   * `version VERSION` for each version that it offers.
   */
  source(name: string, localMount: string | undefined): Command;
  /** Installs packages in one transaction, from a local folder first when there is one. */
  install(packages: readonly string[], localMount: string | undefined): Command;
  /** Whether a line of `install` says that it waits for another installation. */
  isWaiting(line: string): boolean;
  /** Whether a line of output is one of the program's own errors. */
  isError(line: string): boolean;
  /** The index of the error that caused those after it. @param last index of the last error */
  causeOf(lines: readonly string[], last: number): number;
}

import type { Command } from '../remote/command.ts';
import type { Proof } from './proof.ts';

/**
 * Where a package can be installed from: the local folder, a bundle that is sent to the host, a repository with a package
 * list on the host, a repository without one, a tarball that is built, or nowhere. A host knows nothing of a bundle or a
 * tarball.
 */
export type PackageSource = 'mount' | 'bundle' | 'candidate' | 'unread' | 'source' | 'none';

/** A folder on the host that packages are installed from. */
export interface PackageFolder {
  readonly path: string;
  /** Whether its packages are installed without a signature that the host accepts. */
  readonly trusted: boolean;
}

/** A package to install, by the name that the package manager has for it. */
export interface WantedPackage {
  readonly name: string;
  /** The whole version, or its beginning before `*`; undefined for any. */
  readonly version?: string;
  /** It replaces a newer one. */
  readonly downgrade?: true;
}

/** A format of package files. */
export type PackageFormat = 'deb' | 'rpm' | 'apk' | 'pacman';

/** How a family of distributions manages packages. */
export interface PackageManager {
  readonly id: string;
  /** As messages and docs call it. */
  readonly title: string;
  readonly proof: Proof;
  /** Which have it, as docs say it. */
  readonly distributions: string;
  /** What `packages.local_mount` may be, as docs say it. */
  readonly folder: string;
  /** A shell condition that is true on such a host; it starts no process. */
  readonly detect: Command;
  /** Its package names by Debian's names, where they differ. */
  readonly names: Readonly<Record<string, string>>;
  /** Its service names by Debian's, where they differ; without an ending. */
  readonly units: Readonly<Record<string, string>>;
  /** What keepalived and ipvsadm are built with, by its own names; undefined where it is not known. */
  readonly buildPackages?: readonly string[];
  /** Prints `NAME VERSION` for each that is installed, one per line. */
  query(packages: readonly string[]): Command;
  /**
   * Prints the `PackageSource` of a package that is not installed and, for `mount` and `candidate`, a line
   * `version VERSION` for each version that it offers.
   */
  source(name: string, folder: PackageFolder | undefined): Command;
  /** Prints every version of a package that its sources have, one per line, and `unread` where one has no package list on the host. */
  versions(name: string, folder: PackageFolder | undefined): Command;
  /**
   * Of the files that would be installed for the packages in `$@`, prints the first without a signature that the host
   * accepts, perhaps with a reason behind a tab.
   */
  unsigned(folder: string): Command;
  /** Installs packages in one transaction, preferring the local folder if there is one. */
  install(packages: readonly WantedPackage[], folder: PackageFolder | undefined): Command;
  /** Prints `NAME OTHER` for each other package that could not stay without an installed one; it may be one of them. */
  neededBy(packages: readonly string[]): Command;
  /** Removes packages in one transaction, without what they brought along, and fails where another one needs them. */
  remove(packages: readonly string[]): Command;
  /** Of the files that it installs. */
  readonly format: PackageFormat;
  /**
   * For a bundle: downloads packages with everything that they need beside a minimal system, from the repositories of the
   * machine, into a folder that exists. `FOLDER/.closure/NAME` lists the files of each, one a line. A package that no
   * repository has is a line `missing NAME`. Nothing of the machine is changed; other output is for people.
   */
  collect(packages: readonly string[], folder: string): Command;
  /** Turns a folder of package files into one that `install` takes as local folder. */
  index(folder: string): Command;
  /** Whether a line printed by `install` reports that it is waiting for another installation. */
  isWaiting(line: string): boolean;
  /** Whether a line of output is an error of the package manager itself. */
  isError(line: string): boolean;
  /** The index of the error that caused the later ones. @param last index of the last error */
  causeOf(lines: readonly string[], last: number): number;
}

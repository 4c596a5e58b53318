import type { PackageFolder } from '../platforms/package-manager.ts';

/** Where packages come from, and in which versions. */
export interface PackageSources {
  /** Used before the distribution's own repositories; undefined when there is none. */
  readonly localMount: PackageFolder | undefined;
  /** A file on this machine with packages that are sent to the hosts; absolute. */
  readonly bundle: string | undefined;
  /** Pinned versions, or beginnings of versions, by Debian's package name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly allowDowngrade: boolean;
}

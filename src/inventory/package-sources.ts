import type { PackageFolder } from '../platforms/package-manager.ts';

/** Where packages come from, and in which versions. */
export interface PackageSources {
  /** Used before the distribution's own repositories; undefined when there is none. */
  readonly localMount: PackageFolder | undefined;
  /** Pinned versions, or beginnings of versions, by Debian's package name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly allowDowngrade: boolean;
}

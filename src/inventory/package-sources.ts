import type { PackageFolder } from '../platforms/package-manager.ts';

/** Where keepalived and ipvsadm can come from, in the usual order. `source` is built from a tarball. */
export const SOURCES = ['local_mount', 'bundle', 'distribution', 'source', 'agent'] as const;

export type SourceName = (typeof SOURCES)[number];

/** Programs that can be built from source. */
export const BUILT_PROGRAMS = ['keepalived', 'ipvsadm'] as const;

export type BuiltProgram = (typeof BUILT_PROGRAMS)[number];

/** The source of a program, as its authors publish it. */
export interface Tarball {
  readonly program: BuiltProgram;
  /** As its file name has it: `2.2.7`. */
  readonly version: string;
  /** Absolute, on this machine; with `mounted`, on the hosts that build it. */
  readonly path: string;
  readonly mounted: boolean;
  /** Hexadecimal digest that it must have; that of the file where it is on this machine. */
  readonly sha256: string | undefined;
  /** bytes; 0 for a mounted one */
  readonly size: number;
  /** Arguments of `configure`. */
  readonly configure: readonly string[];
}

/** What is built from source, and where. */
export interface SourceBuilds {
  readonly tarballs: readonly Tarball[];
  /** Hosts of the cluster, at least one. */
  readonly buildOn: readonly string[];
}

/** Where packages come from, and in which versions. */
export interface PackageSources {
  /** Used before the distribution's own repositories; undefined when there is none. */
  readonly localMount: PackageFolder | undefined;
  /** A file on this machine with packages that are sent to the hosts; absolute. */
  readonly bundle: string | undefined;
  /** Sources of keepalived and ipvsadm, the first that works is used. */
  readonly from: readonly SourceName[];
  /** Undefined when nothing is built from source. */
  readonly source: SourceBuilds | undefined;
  /** Pinned versions, or beginnings of versions, by Debian's package name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly allowDowngrade: boolean;
}

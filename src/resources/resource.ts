import type { Platforms } from '../platforms/platforms.ts';
import type { Command } from '../remote/command.ts';

/** One property of a resource, observed and wanted. */
export interface Field {
  readonly name: string;
  /** Undefined when absent. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Texts to show as a line diff. */
  readonly text?: boolean;
}

/** `run` is an action without state, such as a reload. */
export type Action = 'create' | 'update' | 'remove' | 'run';

export interface Diff {
  readonly action: Action;
  readonly fields: readonly Field[];
  /** Whether the change disrupts traffic. */
  readonly disruptive: boolean;
  /** The reason, when the fields do not show it. */
  readonly reason?: string;
  /** Whether directors may still need it as it is: on a real server it changes after they have. */
  readonly late?: boolean;
}

/** Why a resource cannot be changed. Determined from observation, before any change is made. */
export interface Refusal {
  readonly because: string;
  /** The fix, as a sentence. */
  readonly hint: string;
}

/** What a change leaves as it is, though it is wanted otherwise. */
export interface Left {
  /** Without the name of the resource. */
  readonly because: string;
  /** Whether its former state is in the record alone. */
  readonly needsRecord: boolean;
}

/** Bytes that a host needs before the steps of a change, kept in a file that is named by the caller. */
export interface Upload {
  /** Absolute path on the host, in a folder that only root can enter. */
  readonly at: string;
  /** Hexadecimal digest; the host compares it before the file gets its name. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  /** As messages call it. */
  readonly title: string;
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** Folders, by absolute path, that cannot be used in full. */
export interface FolderLimits {
  /** On a read-only file system, or immutable. */
  readonly readOnly: ReadonlySet<string>;
  /** No program runs from there. */
  readonly noexec: ReadonlySet<string>;
}

/** A folder that steps write to. */
export interface FolderNeed {
  readonly folder: string;
  /** Whether what is written has to run from there. */
  readonly runs: boolean;
}

/** How a program is built, once for all hosts of a platform. */
export interface Build {
  readonly program: string;
  readonly version: string;
  /** All that the result follows from, on one line: equal recipes, equal programs. */
  readonly recipe: string;
  /** The file name of the result, without its ending. */
  readonly name: string;
  /** The host that builds it. */
  readonly on: string;
  /** ID of the package manager of that host. */
  readonly platform: string;
  /** Packages that it is built with, by the names of that host. */
  readonly packages: readonly string[];
  /** A folder on that host that packages are installed from. */
  readonly localMount: { readonly path: string; readonly trusted: boolean } | undefined;
  readonly tarball: {
    readonly path: string;
    readonly mounted: boolean;
    readonly sha256: string | undefined;
    readonly size: number;
  };
  /** Arguments of its `configure`. */
  readonly configure: readonly string[];
}

/** Observed facts that affect how a resource is compared and changed. They are not part of the want. */
export interface Surroundings {
  /** ID of the package manager; undefined when unsupported. */
  readonly platform: string | undefined;
  /** ID of the init system; undefined when unsupported. */
  readonly initSystem: string | undefined;
  /** Units that run on the host. */
  readonly activeUnits: ReadonlySet<string>;
  /** address:port of the real servers that listen. */
  readonly listening: ReadonlySet<string>;
}

/**
 * A kind of resource: pure functions, and properties as data, so that no other room branches on
 * a kind. Plan, apply and verify share one `diff`, so that every planned change can be verified.
 */
export interface ResourceKind<Want extends { readonly kind: string }, Have, Key = string> {
  readonly kind: Want['kind'];
  /**
   * When a change of a director is applied: in the first wave, because it cannot disrupt traffic, or in the director's own
   * turn. On other hosts every change is in the first wave. `last` is for a reset: when all hosts have made the others.
   */
  readonly wave: 'first' | 'turn' | 'turn-if-disruptive' | 'last';
  /** Whether the previous file is saved before an update. The key is then its path. */
  readonly backup: boolean;
  /** False for a kind without a state of before lvsctl: its own files, or what an engine keeps. Default: true. */
  readonly recorded?: false;
  /** How the plan shows a field: with values, or by name only where it is created with the value `namesFor`. */
  readonly summary: 'values' | { readonly namesFor: string };
  /** The check that reports drift: `configuration`, or one for this kind. */
  readonly verifiedBy: 'configuration' | 'own-check';
  /** The key on the host; two wants with the same key are an error. */
  key(want: Want): string;
  /**
   * Prints the current state. Read-only, with few processes, because these dominate the cost of observation.
   * @param keys resources to observe; empty for a kind whose probe prints all
   * @param platforms those that the host may have; all when omitted
   */
  probe(keys: readonly Key[], platforms?: Platforms): Command;
  /** Parses the output of `probe`; absent resources have no entry. */
  parse(output: string): ReadonlyMap<string, Have>;
  /**
   * Undefined without drift.
   * @param around when omitted, everything is compared
   */
  diff(want: Want, have: Have | undefined, around?: Surroundings): Diff | undefined;
  /** Why the resource cannot be changed; the host then fails preflight. */
  refuse?(want: Want, have: Have | undefined, around?: Surroundings): Refusal | undefined;
  /** What it has no diff for, because it belongs to others. */
  leaves?(want: Want, have: Have | undefined, around?: Surroundings): readonly Left[];
  /** Folders that its steps write to; the host fails preflight where one is limited. Temporary file systems are left out. */
  needs?(want: Want, diff: Diff): readonly FolderNeed[];
  /** Applies the diff. Safe to run twice. */
  steps(want: Want, diff: Diff, around?: Surroundings): readonly Command[];
  /** What has to be on the host before the steps and is not. It is no part of the diff: sending it changes nothing. */
  uploads?(want: Want, have: Have | undefined): readonly Upload[];
  /** What has to be built before the steps, on one host for all of its platform. */
  build?(want: Want): Build | undefined;
  /** Parts of its fields to redact. */
  secrets?(want: Want): readonly string[];
  /** The fix when its steps fail, as a sentence. */
  advice?(want: Want): string | undefined;
  /** Keys of other resources on the host whose changes it depends on. */
  dependsOn?(want: Want): readonly string[];
  /** Its own diff, with the actions required by changes it depends on. */
  followUp?(want: Want, own: Diff | undefined, changed: ReadonlySet<string>): Diff | undefined;
}

/** A field, or nothing when both values are equal. */
export function changed(name: string, before: string | undefined, after: string | undefined): readonly Field[] {
  return before === after ? [] : [{ name, before, after }];
}

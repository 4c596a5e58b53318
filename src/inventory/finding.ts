import type { Cluster } from './cluster.ts';
import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';

/** A diagnostic before its line is known. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** In the coordinates of the checked input. */
  readonly at: PathParts;
  readonly what: string;
  readonly hint: string | undefined;
  /** Other places that it is drawn from; when one of these could not be used, it would be a guess. */
  readonly restsOn: readonly PathParts[];
}

/** A cross-host rule. What the schema refused is not in here, so any part may be missing. */
export type Rule = (inventory: Linted) => readonly Finding[];

export interface Linted {
  /** With all defaults; its hosts are in the order of `input`. */
  readonly cluster: Cluster;
  /** The index in `input.virtual_servers` of each virtual server. */
  readonly indexes: readonly number[];
  /** As it was written. */
  readonly input: Input;
  /** The file that a value was written in. */
  readonly fileOf: (at: PathParts) => string;
}

export function mistake(at: PathParts, what: string, hint?: string, restsOn: readonly PathParts[] = []): Finding {
  return { severity: 'error', at, what, hint, restsOn };
}

export function doubt(at: PathParts, what: string, hint?: string, restsOn: readonly PathParts[] = []): Finding {
  return { severity: 'warning', at, what, hint, restsOn };
}

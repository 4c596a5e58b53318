import type { Command } from '../remote/command.ts';

/** One value of a thing, as it is and as it must be. */
export interface Field {
  readonly name: string;
  /** undefined: not there */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whole texts, to be shown as a line diff. */
  readonly text?: boolean;
}

/** `run` is for what has no state of its own, such as a reload. */
export type Action = 'create' | 'update' | 'remove' | 'run';

export interface Diff {
  readonly action: Action;
  readonly fields: readonly Field[];
  /** Whether clients can notice while it is done. */
  readonly disruptive: boolean;
  /** Why, when the fields do not say it. */
  readonly reason?: string;
}

/** Why a thing cannot be made what it must be. It is found by looking, so that nothing has been changed by then. */
export interface Refusal {
  readonly because: string;
  /** What the user can do, as a sentence. */
  readonly hint: string;
}

/** What is seen around a thing, and decides how it is compared and changed. It is never a part of what is wanted. */
export interface Surroundings {
  /** ID of the host's package manager; undefined when none is supported. */
  readonly platform: string | undefined;
  /** ID of the host's init system; undefined when none is supported. */
  readonly initSystem: string | undefined;
  /** Units that run on the host. */
  readonly activeUnits: ReadonlySet<string>;
  /** address:port of the real servers of the cluster that were seen to listen. */
  readonly listening: ReadonlySet<string>;
}

/**
 * A kind of thing that is kept on a host: pure functions, and its properties as data, so that no other room branches on
 * a kind. The same `diff` serves plan, apply and verify, so that whatever is planned can also be proven.
 */
export interface ResourceKind<Want extends { readonly kind: string }, Have, Key = string> {
  readonly kind: Want['kind'];
  /**
   * When a change of a director is made: in the first wave, because no client can notice it, or in the director's own
   * turn. On other hosts every change is in the first wave.
   */
  readonly wave: 'first' | 'turn' | 'turn-if-disruptive';
  /** Whether the former file is saved before an update. The key is its path then. */
  readonly backup: boolean;
  /** How the plan shows a field: its name with its values, or its name alone. */
  readonly summary: 'values' | 'names';
  /** Whether verify reports a difference as one of configuration, or has a check for this kind alone. */
  readonly verifiedBy: 'configuration' | 'own-check';
  /** Names the thing on its host; two wants with one key are one mistake. */
  key(want: Want): string;
  /**
   * Prints what there is. Read-only, and as few processes as can be: they are the cost of observing.
   * @param keys what is observed; empty for a kind whose probe prints everything there is
   */
  probe(keys: readonly Key[]): Command;
  /** Reads what `probe` printed; a thing that is not there has no entry. */
  parse(output: string): ReadonlyMap<string, Have>;
  /**
   * undefined: it is as it must be.
   * @param around without it everything is compared
   */
  diff(want: Want, have: Have | undefined, around?: Surroundings): Diff | undefined;
  /** Why it cannot be worked on as it is; the host is then left alone. */
  refuse?(want: Want, have: Have | undefined, around?: Surroundings): Refusal | undefined;
  /** Brings the thing from what it is to what it must be. Safe to run twice. */
  steps(want: Want, diff: Diff, around?: Surroundings): readonly Command[];
  /** Parts of its fields that are never shown. */
  secrets?(want: Want): readonly string[];
  /** What the user can do instead when its steps fail, as a sentence. */
  advice?(want: Want): string | undefined;
  /** Keys of other things on the host whose change it has to take up. */
  dependsOn?(want: Want): readonly string[];
  /** Its own difference, with what it has to do because things it depends on change. */
  followUp?(want: Want, own: Diff | undefined, changed: ReadonlySet<string>): Diff | undefined;
}

/** A field of plain text, kept only when it differs. */
export function changed(name: string, before: string | undefined, after: string | undefined): readonly Field[] {
  return before === after ? [] : [{ name, before, after }];
}

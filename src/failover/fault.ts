import type { Command } from '../remote/command.ts';
import type { Expectation } from './expectation.ts';
import type { FaultName } from './options.ts';

/** One way to break the cluster, and how it is put back. Nothing is done by having one. */
export interface Fault {
  readonly name: FaultName;
  /** What is done, as a person would say it. */
  readonly title: string;
  /** Name of the host it is done to. */
  readonly host: string;
  /** Notes on the host what it takes away, or refuses what could not be given back (see `arm`). It breaks nothing. */
  readonly save: Command;
  /** Breaks it; it runs as root on the host, under the lock. */
  readonly inject: Command;
  /** Puts it back from the notes; may run when nothing is broken, and several times. */
  readonly undo: Command;
  /** Ends with 0 when the host is as noted; else it calls `missing` with what is not. */
  readonly verify: Command;
  /** Shell functions that `undo` and `verify` need. */
  readonly functions: Command;
  /** How long it lasts at most, in milliseconds. */
  readonly holdMs: number;
  /** `fixed` lasts all of `holdMs` and ends by itself; `until-seen` is undone as soon as the cluster has coped with it. */
  readonly hold: 'fixed' | 'until-seen';
  /** Until the cluster copes with it, by arithmetic. */
  readonly expects: Expectation;
  /** Until all is as it was after the undo, in milliseconds, generously. */
  readonly settleMs: number;
  /** Whether the address moves away, or a real server leaves the table. */
  readonly effect: 'takeover' | 'removal';
  /** The real server that is stopped, as `address:port`; undefined for a director. */
  readonly server: { readonly address: string; readonly port: number } | undefined;
}

/** Why a fault cannot be tried on this cluster. */
export interface NotPossible {
  readonly reason: string;
}

export function isPossible(answer: Fault | NotPossible): answer is Fault {
  return !('reason' in answer);
}

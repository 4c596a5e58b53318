import type { FaultName } from './faults/faults.ts';
import type { Choice } from './faults/targets.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import type { Command } from '../remote/command.ts';
import type { Expectation } from './expectation.ts';

/** A way to break the cluster, and how to undo it. Creating one has no effect. */
export interface Fault {
  readonly name: FaultName;
  /** What was done, for people: `keepalived stopped on dr1`. */
  readonly title: string;
  /** Name of the host that it affects. */
  readonly host: string;
  /** The init system of that host, whose timer undoes the fault. */
  readonly init: InitSystem;
  /** Saves the state that `inject` destroys, or refuses if it could not be restored (see `arm`). Changes nothing. */
  readonly save: Command;
  /** Injects the fault; runs as root on the host, under the lock. */
  readonly inject: Command;
  /** Restores the saved state. Idempotent; may also run when nothing is broken. */
  readonly undo: Command;
  /** Exits 0 when the host matches the saved state; otherwise calls `missing` with the difference. */
  readonly verify: Command;
  /** Shell functions that `undo` and `verify` need. */
  readonly functions: Command;
  /** Maximum duration in milliseconds. */
  readonly holdMs: number;
  /** `fixed` lasts for `holdMs` and ends by itself; `until-seen` is undone as soon as the cluster has recovered from it. */
  readonly hold: 'fixed' | 'until-seen';
  /** Expected time until the cluster has recovered from it. */
  readonly expects: Expectation;
  /** Generous limit for the cluster to return to its former state after the undo, in milliseconds. */
  readonly settleMs: number;
  /** The real server that stops answering; undefined where none does. */
  readonly server: Place | undefined;
}

/** An address and a port. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** A kind of fault, and how it is chosen for the present state of the cluster. */
export interface FaultKind {
  readonly name: string;
  /** For the help of `--fault`: `stop the master's daemon`. */
  readonly help: string;
  /** Whether the VIP moves, or a real server is removed from the table. */
  readonly effect: 'takeover' | 'removal';
  /** Whether lvsctl may lose its connection to the host, and the lock on it. */
  readonly cutsConnection: boolean;
  /** Whether a test has it unless other faults are chosen. */
  readonly applies: (subject: Pick<Choice, 'cluster' | 'moving'>) => boolean;
  /** @param owner the host that holds the VIP */
  readonly choose: (choice: Choice, owner: string) => Fault | NotPossible;
}

/** Why a fault cannot be injected into this cluster. */
export interface NotPossible {
  readonly reason: string;
}

export function isPossible(answer: Fault | NotPossible): answer is Fault {
  return !('reason' in answer);
}

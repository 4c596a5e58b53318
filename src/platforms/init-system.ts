import type { Command } from '../remote/command.ts';

/** How a host starts and stops services, in words of systemd where these are general. */
export interface InitSystem {
  readonly id: string;
  /** A shell condition that is true on such a host; it starts no process. */
  readonly detect: Command;
  /**
   * Prints a block for each unit, with an empty line between two: `Names=` (every name it has), `LoadState=`
   * (`not-found` for one that is not there), `ActiveState=` and `UnitFileState=`, in the values of systemctl(1).
   */
  show(units: readonly string[]): Command;
  /** Has it start at boot. */
  enable(unit: string): Command;
  /** Stops it, now and at boot. */
  disable(unit: string): Command;
  /**
   * Starts it, or has one that runs already take up its files; shows its log when that fails.
   * @param anew whether one that runs already is started anew, because it would not take up all of them
   */
  start(unit: string, anew: boolean): Command;
  /** Has one that runs take up its files, and starts one that does not run or cannot reload. Fails unless it runs then. */
  reload(unit: string): Command;
  restart(unit: string): Command;
  /** Has one that runs take up its files, and does nothing else. */
  reloadRunning(unit: string): Command;
  /** The folder of its unit files, and a program to run when one of them has changed. */
  readonly unitFiles: { readonly folder: string; readonly afterwards: readonly string[] };
}

import type { Command } from '../remote/command.ts';

/** Jobs without a unit file, which survive the session that created them; the names are chosen by lvsctl. */
export interface TransientJobs {
  /** The program that creates them; a host without it has none. */
  readonly program: string;
  /** Runs a program in the background. */
  run(name: string, argv: readonly string[]): Command;
  /** Runs a program after some seconds, and again until it exits 0. */
  runLater(name: string, seconds: number, argv: readonly string[]): Command;
  /** Ends jobs and cancels those that wait, whether they exist or not. A name may have a `*` at its end. */
  cancel(names: readonly string[]): Command;
  /** A command for the user, who wants to see the state and the output of a job. */
  inspect(name: string): string;
}

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
  /** Stops it without waiting until its processes have exited; it starts at boot as before. */
  requestStop(unit: string): Command;
  /**
   * Sets `units` to the unit and those that stop with it, separated by spaces. Calls `refuse REASON` where one of them
   * could not be started again, by `startAll` or, if the host restarts before that, at boot.
   */
  listStopped(unit: string): Command;
  /** Starts the units in `$units`, no matter how often they were started before. */
  readonly startAll: Command;
  /** Calls `missing REASON` and returns 1 from the shell function around it unless every unit in `$units` is active. */
  readonly requireActive: Command;
  /** Sends SIGKILL to its processes. */
  kill(unit: string): Command;
  /** Suspends its processes until `thaw`. */
  freeze(unit: string): Command;
  thaw(unit: string): Command;
  /** The unit that a process belongs to, by a line of its /proc/PID/cgroup; undefined when that names none. */
  unitOf(cgroup: string): string | undefined;
  readonly jobs: TransientJobs;
  /** The folder of its unit files, and a program to run when one of them has changed. */
  readonly unitFiles: { readonly folder: string; readonly afterwards: readonly string[] };
}

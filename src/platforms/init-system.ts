import type { Command } from '../remote/command.ts';
import type { Proof } from './proof.ts';

/** Jobs without a unit file that outlive the session that created them. */
export interface TransientJobs {
  /** The program that creates them; without it a host has none. */
  readonly program: string;
  /** Runs a program in the background. */
  run(name: string, argv: readonly string[]): Command;
  /** Runs a program after a delay, and again until it exits 0. */
  runLater(name: string, seconds: number, argv: readonly string[]): Command;
  /** Stops jobs and cancels pending ones; those that do not exist are ignored. A name may end with `*`. */
  cancel(names: readonly string[]): Command;
  /** A command with which the user can inspect a job. */
  inspect(name: string): string;
}

/** How a host manages services, in systemd's terms where these are general. */
export interface InitSystem {
  readonly id: string;
  /** As messages and docs call it. */
  readonly title: string;
  readonly proof: Proof;
  /** Which have it, as docs say it. */
  readonly distributions: string;
  /** A shell condition that is true on such a host; it starts no process. */
  readonly detect: Command;
  /**
   * Prints a block for each unit, separated by empty lines: `Names=` (all of its names), `LoadState=` (`not-found` for
   * a missing unit), `ActiveState=` and `UnitFileState=`, with the values of systemctl(1).
   */
  show(units: readonly string[]): Command;
  /** Enables it at boot. */
  enable(unit: string): Command;
  /** Stops it and disables it at boot. */
  disable(unit: string): Command;
  /** Stops it, and waits for the end of its processes; what happens at boot stays. */
  stop(unit: string): Command;
  /** Disables it at boot; it goes on running. */
  disableAtBoot(unit: string): Command;
  /**
   * Starts it, or reloads it if it is running; prints its log on failure.
   * @param anew restart a running one, because a reload would not read all changed files
   */
  start(unit: string, anew: boolean): Command;
  /** Reloads it, or starts it if it is stopped or cannot reload. Fails unless it is active afterwards. */
  reload(unit: string): Command;
  restart(unit: string): Command;
  /** Reloads it; fails if it is not running. */
  reloadRunning(unit: string): Command;
  /** Stops it without waiting for its processes to exit; it stays enabled. */
  requestStop(unit: string): Command;
  /**
   * Sets `units` to the unit and those that stop with it, separated by spaces. Calls `refuse REASON` if `startAll`
   * could not start them again, or if they would not start at boot should the host reboot first.
   */
  listStopped(unit: string): Command;
  /** Starts the units in `$units`, bypassing start limits. */
  readonly startAll: Command;
  /** Calls `missing REASON` and returns 1 from the enclosing shell function unless all `$units` are active. */
  readonly requireActive: Command;
  /**
   * Prints messages of a unit since boot that match an extended regular expression, the latest first and `most` at most.
   * Without a journal these are messages in syslog's files of running processes that are called `program`.
   */
  messages(unit: string, program: string, pattern: string, most: number): Command;
  /** Sends SIGKILL to its processes. */
  kill(unit: string): Command;
  /** Suspends its processes until `thaw`. */
  freeze(unit: string): Command;
  thaw(unit: string): Command;
  /** Prints lines by which `unitOf` identifies the unit of the process `$pid`. */
  readonly membership: Command;
  /** The unit that such a line names; undefined if it names none. */
  unitOf(line: string): string | undefined;
  readonly jobs: TransientJobs;
  readonly unitFiles: UnitFiles;
}

/** The files that define units. */
export interface UnitFiles {
  /** With a slash at the end. */
  readonly folder: string;
  /** The name of the file of a unit in that folder. */
  file(unit: string): string;
  /** Permission bits, as 0o644. */
  readonly mode: number;
  /** A program to run after one of them has changed. */
  readonly afterwards: readonly string[] | undefined;
  /** Removes what enabling and disabling left of a unit whose file was removed. @param file its name in the folder */
  readonly forget?: (file: string) => Command;
  /** Templates of a unit that runs a script once, and of the engines. */
  readonly templates: {
    readonly script: (unit: string) => string;
    readonly agent: (unit: string) => string;
    /** Of a keepalived built from source; undefined where it is not supported. */
    readonly keepalived?: (unit: string) => string;
  };
}

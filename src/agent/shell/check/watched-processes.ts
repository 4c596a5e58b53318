import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { VrrpTrackProcess } from '../../../keepalived/model/vrrp.ts';
import { listDirectory, readFile } from '../sys/files.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { matchesCommandLine, matchesName, needsCommandLine, splitCommandLine } from './match-process.ts';
import { openProcessConnector } from './process-connector.ts';

const SCAN_MS = 1000;
/** So long a process may be on its way to the program that it is going to run; most that are over by then were nobody. */
const SETTLE_MS = 20;
const LONGEST_COMMAND_LINE = 65_536;
/** So many processes are read in one turn of the loop: a host may have tens of thousands, and VRRP must not wait for all. */
const READ_IN_A_TURN = 32;

/** How many processes match each `vrrp_track_process`, told when it changes. */
export interface WatchedProcesses {
  /** The whole list from now on. Each is told once in the next turn, and then when it changes. */
  readonly watch: (tracked: readonly VrrpTrackProcess[]) => void;
  readonly close: () => void;
}

/**
 * Looks through /proc once, and then at what the kernel tells of; where it tells nothing, through /proc every second, so
 * that a change is seen up to a second late. It does nothing at all while nothing is tracked.
 * @param onCount is never called from within `watch`
 */
export function openWatchedProcesses(
  sys: Sys,
  loop: Loop,
  onCount: (name: string, count: number) => void,
): WatchedProcesses {
  const processes = new Processes(sys, loop, onCount);
  return { watch: (tracked) => processes.watch(tracked), close: () => processes.watch([]) };
}

class Processes {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #onCount: (name: string, count: number) => void;
  #wanted: readonly VrrpTrackProcess[] = [];
  #told = new Map<string, number>();
  /** What each process that matches is, by its number. */
  #matching = new Map<string, readonly string[]>();
  /** Processes to be read again. */
  readonly #changed = new Set<string>();
  /** Processes of the scan under way that are still to be read; undefined when none is under way. */
  #unread: string[] | undefined;
  #reading: Timer | undefined;
  #scanning: Timer | undefined;
  #settling: Timer | undefined;
  #rescanning: Timer | undefined;
  #disconnect: (() => void) | undefined;
  #isTold = false;

  constructor(sys: Sys, loop: Loop, onCount: (name: string, count: number) => void) {
    this.#sys = sys;
    this.#loop = loop;
    this.#onCount = onCount;
  }

  watch(tracked: readonly VrrpTrackProcess[]): void {
    this.#wanted = tracked;
    this.#told = new Map();
    this.#scanning?.cancel();
    this.#reading?.cancel();
    this.#settling?.cancel();
    this.#settling = undefined;
    this.#matching = new Map();
    this.#unread = tracked.length === 0 ? undefined : [];
    if (tracked.length === 0) {
      this.#rescanning?.cancel();
      this.#rescanning = undefined;
      this.#disconnect?.();
      this.#disconnect = undefined;
      this.#isTold = false;
      return;
    }
    this.#scanning = this.#loop.at(this.#loop.now(), () => this.#scan());
    this.#disconnect ??= openProcessConnector(this.#sys, this.#loop, {
      listening: () => {
        // The kernel says so to all whenever anybody begins to listen.
        if (this.#isTold) return;
        // What changed between the last look and now was not told.
        this.#isTold = true;
        this.#scan();
      },
      changed: (pid) => this.#note(String(pid)),
      gone: (pid) => {
        this.#changed.delete(String(pid));
        if (this.#matching.delete(String(pid)) && this.#unread === undefined) this.#tell();
      },
      missed: () => this.#scanSoon(),
    });
  }

  /** Once for many events that were lost: where so much happens, a look at all of it after each would be the whole work. */
  #scanSoon(): void {
    this.#rescanning ??= this.#loop.at(this.#loop.now() + SETTLE_MS, () => this.#scan());
  }

  #scan(): void {
    this.#scanning?.cancel();
    this.#rescanning?.cancel();
    this.#rescanning = undefined;
    if (!this.#isTold) this.#scanning = this.#loop.at(this.#loop.now() + SCAN_MS, () => this.#scan());
    const names = listDirectory(this.#sys, '/proc');
    this.#unread = typeof names === 'number' ? [] : names.filter((name) => /^\d/.test(name));
    // A process that ended without the kernel's word for it is in no list any more.
    const present = new Set(this.#unread);
    for (const pid of this.#matching.keys()) if (!present.has(pid)) this.#matching.delete(pid);
    this.#changed.clear();
    this.#readOn();
  }

  /** Counts are reported once the whole scan is read: a part of it would look like processes that ended. */
  #readOn(): void {
    this.#reading?.cancel();
    this.#reading = undefined;
    for (const pid of this.#unread?.splice(-READ_IN_A_TURN) ?? []) this.#look(pid);
    for (const pid of [...this.#changed].slice(0, READ_IN_A_TURN)) {
      this.#changed.delete(pid);
      this.#look(pid);
    }
    if ((this.#unread ?? []).length > 0 || this.#changed.size > 0) {
      this.#reading = this.#loop.at(this.#loop.now(), () => this.#readOn());
      return;
    }
    this.#unread = undefined;
    this.#tell();
  }

  #note(pid: string): void {
    this.#changed.add(pid);
    this.#settling ??= this.#loop.at(this.#loop.now() + SETTLE_MS, () => {
      this.#settling = undefined;
      this.#readOn();
    });
  }

  /** A process that ended meanwhile has no files any more, and matches nothing. */
  #look(pid: string): void {
    let comm: string | undefined;
    let argv: readonly string[] | undefined;
    const matching = this.#wanted.filter((tracked) => {
      if (needsCommandLine(tracked)) return matchesCommandLine(tracked, (argv ??= this.#commandLine(pid)));
      return matchesName(tracked, (comm ??= this.#name(pid)));
    });
    if (matching.length === 0) this.#matching.delete(pid);
    else
      this.#matching.set(
        pid,
        matching.map(({ name }) => name),
      );
  }

  #name(pid: string): string {
    const bytes = readFile(this.#sys, `/proc/${pid}/comm`);
    return typeof bytes === 'number' ? '' : decodeUtf8(bytes).replace(/\n$/, '');
  }

  #commandLine(pid: string): readonly string[] {
    const bytes = readFile(this.#sys, `/proc/${pid}/cmdline`, LONGEST_COMMAND_LINE);
    return typeof bytes === 'number' ? [] : splitCommandLine(bytes);
  }

  #tell(): void {
    const counts = new Map(this.#wanted.map(({ name }) => [name, 0]));
    for (const names of this.#matching.values())
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) {
      if (this.#told.get(name) === count) continue;
      this.#told.set(name, count);
      this.#onCount(name, count);
    }
  }
}

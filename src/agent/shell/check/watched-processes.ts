import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { VrrpTrackProcess } from '../../../keepalived/model/vrrp.ts';
import { listDirectory, readFile } from '../sys/files.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { matchesCommandLine, matchesName, needsCommandLine, splitCommandLine } from './match-process.ts';
import { openProcessConnector } from './process-connector.ts';

const SCAN_MS = 1000;
/** Delay before a new process is read, as it may still exec; most short-lived ones are gone by then. */
const SETTLE_MS = 20;
const LONGEST_COMMAND_LINE = 65_536;
/** Processes read per turn of the loop: a host may have tens of thousands, and VRRP must not wait for all. */
const READ_IN_A_TURN = 32;

/** Counts the processes that match each `vrrp_track_process`. */
export interface WatchedProcesses {
  /** Replaces the list. Each count is reported in the next turn and then on every change. */
  readonly watch: (tracked: readonly VrrpTrackProcess[]) => void;
  readonly close: () => void;
}

/**
 * Scans /proc once and then follows kernel events; without those it scans every second, which delays changes by up to a
 * second. Does nothing while nothing is tracked.
 * @param onCount never called from within `watch`
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
  #reported = new Map<string, number>();
  /** The entries that each matching process counts for, keyed by pid. */
  #matching = new Map<string, readonly string[]>();
  /** Processes to read again. */
  readonly #changed = new Set<string>();
  /** Unread processes of the scan in progress; undefined without a scan. */
  #unread: string[] | undefined;
  #reading: Timer | undefined;
  #scanning: Timer | undefined;
  #settling: Timer | undefined;
  #rescanning: Timer | undefined;
  #disconnect: (() => void) | undefined;
  #isListening = false;

  constructor(sys: Sys, loop: Loop, onCount: (name: string, count: number) => void) {
    this.#sys = sys;
    this.#loop = loop;
    this.#onCount = onCount;
  }

  watch(tracked: readonly VrrpTrackProcess[]): void {
    this.#wanted = tracked;
    this.#reported = new Map();
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
      this.#isListening = false;
      return;
    }
    this.#scanning = this.#loop.at(this.#loop.now(), () => this.#scan());
    this.#disconnect ??= openProcessConnector(this.#sys, this.#loop, {
      listening: () => {
        // The kernel acknowledges to all listeners whenever one subscribes.
        if (this.#isListening) return;
        // Changes between the last scan and now were not reported.
        this.#isListening = true;
        this.#scan();
      },
      changed: (pid) => this.#note(String(pid)),
      gone: (pid) => {
        this.#changed.delete(String(pid));
        if (this.#matching.delete(String(pid)) && this.#unread === undefined) this.#report();
      },
      missed: () => this.#scanSoon(),
    });
  }

  /** Coalesces scans: rescanning after every lost event would take all the time on a busy host. */
  #scanSoon(): void {
    this.#rescanning ??= this.#loop.at(this.#loop.now() + SETTLE_MS, () => this.#scan());
  }

  #scan(): void {
    this.#scanning?.cancel();
    this.#rescanning?.cancel();
    this.#rescanning = undefined;
    if (!this.#isListening) this.#scanning = this.#loop.at(this.#loop.now() + SCAN_MS, () => this.#scan());
    const names = listDirectory(this.#sys, '/proc');
    this.#unread = typeof names === 'number' ? [] : names.filter((name) => /^\d/.test(name));
    // Drops processes whose exit was not reported.
    const present = new Set(this.#unread);
    for (const pid of this.#matching.keys()) if (!present.has(pid)) this.#matching.delete(pid);
    this.#changed.clear();
    this.#readOn();
  }

  /** Counts are reported after the complete scan, as a partial one would look like exited processes. */
  #readOn(): void {
    this.#reading?.cancel();
    this.#reading = undefined;
    for (const pid of this.#unread?.splice(-READ_IN_A_TURN) ?? []) this.#inspect(pid);
    for (const pid of [...this.#changed].slice(0, READ_IN_A_TURN)) {
      this.#changed.delete(pid);
      this.#inspect(pid);
    }
    if ((this.#unread ?? []).length > 0 || this.#changed.size > 0) {
      this.#reading = this.#loop.at(this.#loop.now(), () => this.#readOn());
      return;
    }
    this.#unread = undefined;
    this.#report();
  }

  #note(pid: string): void {
    this.#changed.add(pid);
    this.#settling ??= this.#loop.at(this.#loop.now() + SETTLE_MS, () => {
      this.#settling = undefined;
      this.#readOn();
    });
  }

  /** An exited process has no files and matches nothing. */
  #inspect(pid: string): void {
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

  #report(): void {
    const counts = new Map(this.#wanted.map(({ name }) => [name, 0]));
    for (const names of this.#matching.values())
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) {
      if (this.#reported.get(name) === count) continue;
      this.#reported.set(name, count);
      this.#onCount(name, count);
    }
  }
}

import { decodeUtf8 } from '../../core/bytes/text.ts';
import type { VrrpTrackProcess } from '../../core/conf/model-vrrp.ts';
import { listDirectory, readFile } from '../files.ts';
import type { Loop, Timer } from '../loop-types.ts';
import type { Sys } from '../sys.ts';
import { matchesCommandLine, matchesName, needsCommandLine, splitCommandLine } from './match-process.ts';

const SCAN_MS = 1000;
const LONGEST_COMMAND_LINE = 65_536;

/** How many processes match each `vrrp_track_process`, told when it changes. */
export interface WatchedProcesses {
  /** The whole list from now on. Each is told once in the next turn, and then when it changes. */
  readonly watch: (tracked: readonly VrrpTrackProcess[]) => void;
  readonly close: () => void;
}

/**
 * Looks through /proc every second, and not at all when nothing is tracked: a change is seen up to a second late. It works
 * in every namespace; the kernel tells of processes (CN_PROC) in the first user and network namespace only.
 * @param onCount is never called from within `watch`
 */
export function openWatchedProcesses(
  sys: Sys,
  loop: Loop,
  onCount: (name: string, count: number) => void,
): WatchedProcesses {
  let wanted: readonly VrrpTrackProcess[] = [];
  let told = new Map<string, number>();
  let timer: Timer | undefined;

  const scan = (): void => {
    // Before anything is told: what it is told to may ask for another list.
    timer = loop.at(loop.now() + SCAN_MS, scan);
    for (const [name, count] of countProcesses(sys, wanted)) {
      if (told.get(name) === count) continue;
      told.set(name, count);
      onCount(name, count);
    }
  };
  return {
    watch: (tracked) => {
      wanted = tracked;
      told = new Map();
      timer?.cancel();
      if (tracked.length > 0) timer = loop.at(loop.now(), scan);
    },
    close: () => {
      wanted = [];
      timer?.cancel();
    },
  };
}

function countProcesses(sys: Sys, wanted: readonly VrrpTrackProcess[]): ReadonlyMap<string, number> {
  const counts = new Map(wanted.map(({ name }) => [name, 0]));
  const byName = wanted.filter((tracked) => !needsCommandLine(tracked));
  const byCommandLine = wanted.filter(needsCommandLine);
  const names = listDirectory(sys, '/proc');
  for (const pid of typeof names === 'number' ? [] : names) {
    if (!/^\d/.test(pid)) continue;
    const matching = [
      ...(byName.length === 0 ? [] : matchingName(sys, pid, byName)),
      ...(byCommandLine.length === 0 ? [] : matchingCommandLine(sys, pid, byCommandLine)),
    ];
    for (const { name } of matching) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** A process that ended meanwhile has no files any more, and matches nothing. */
function matchingName(sys: Sys, pid: string, wanted: readonly VrrpTrackProcess[]): readonly VrrpTrackProcess[] {
  const bytes = readFile(sys, `/proc/${pid}/comm`);
  if (typeof bytes === 'number') return [];
  const comm = decodeUtf8(bytes).replace(/\n$/, '');
  return wanted.filter((tracked) => matchesName(tracked, comm));
}

function matchingCommandLine(sys: Sys, pid: string, wanted: readonly VrrpTrackProcess[]): readonly VrrpTrackProcess[] {
  const bytes = readFile(sys, `/proc/${pid}/cmdline`, LONGEST_COMMAND_LINE);
  if (typeof bytes === 'number') return [];
  const argv = splitCommandLine(bytes);
  return wanted.filter((tracked) => matchesCommandLine(tracked, argv));
}

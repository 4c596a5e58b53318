import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Identifies a process even when its number is reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process (field 22 of /proc/PID/stat). */
  readonly start: string;
}

interface ProcessFacts extends ProcessIdentity {
  readonly session: number;
  /** One letter, as in ps(1); Z and X are dead. */
  readonly condition: string;
}

function factsOf(pid: number): ProcessFacts | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command name in parentheses and may contain any character, so count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [condition, , , session] = fields;
  const start = fields[19];
  if (condition === undefined || session === undefined || start === undefined) return undefined;
  return { pid, start, session: Number(session), condition };
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: factsOf(process.pid)?.start ?? '' };
}

/** Whether this very process is still running; a zombie is not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const facts = factsOf(identity.pid);
  return facts !== undefined && facts.start === identity.start && !'ZX'.includes(facts.condition);
}

/** The records written by the lab's `record` script, by name; incomplete ones are omitted. */
export function readRecords(folder: string): ReadonlyMap<string, ProcessIdentity> {
  const records = new Map<string, ProcessIdentity>();
  if (!existsSync(folder)) return records;
  // The script renames its temporary files, so one may be gone before it is read.
  for (const name of readdirSync(folder).filter((name) => !name.endsWith('.new'))) {
    const [, pid, start] = /^(\d+) (\d+)\n$/.exec(readFileSync(path.join(folder, name), 'utf8')) ?? [];
    if (pid !== undefined && start !== undefined) records.set(name, { pid: Number(pid), start });
  }
  return records;
}

/**
 * The processes of the session that a recorded process leads or led. The kernel does not reuse a number while its
 * session has members; when it belongs to another process, the session has ended and the result is empty.
 */
function sessionOf(leader: ProcessIdentity): readonly number[] {
  const now = factsOf(leader.pid);
  if (now !== undefined && now.start !== leader.start) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => factsOf(Number(name)))
    .filter((facts) => facts !== undefined)
    .filter(
      (facts) =>
        facts.session === leader.pid && Number(facts.start) >= Number(leader.start) && !'ZX'.includes(facts.condition),
    )
    .map((facts) => facts.pid);
}

/** Sends a signal to every process of the session and returns their number. */
export function signalSession(leader: ProcessIdentity, signal: NodeJS.Signals): number {
  const pids = sessionOf(leader);
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It exited between the check and the signal.
    }
  }
  return pids.length;
}

import { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';
import { causeIn, isWaiting } from '../platforms/package-managers.ts';
import { troubleIn } from '../platforms/trouble.ts';
import type { Command } from '../remote/command.ts';
import { redact } from '../remote/redact.ts';
import { freshNonce } from '../remote/nonce.ts';
import type { Transport } from '../remote/transport.ts';
import type { ClusterLock } from './cluster-lock.ts';
import { FOLDER } from './lease.ts';
import { guardFailure } from './guard-failure.ts';
import type { ApplyEvent, Outcome } from './outcome.ts';
import { applyScript, readMarker } from './script.ts';

/**
 * How long lvsctl waits for a script to end. Package managers wait for each other, and mirrors can be slow; after that a
 * person has to investigate. The script is never killed: half a package transaction is worse than a late one.
 */
const MAX_WAIT_MS = 2 * 60 * 60_000;

const AGAIN = 'run the same command again; it skips changes that are already made.';

/** The run that a script of changes belongs to. */
export interface ApplyRun {
  readonly generation: string;
  readonly lock: Pick<ClusterLock, 'nonce'>;
  readonly report: (event: ApplyEvent) => void;
}

/** Why a script did not report its end, and why its remaining changes are skipped. */
interface Incomplete {
  readonly failure: Failure;
  readonly rest: string;
}

/** Lines of output kept to explain why a change failed. */
const KEPT_LINES = 500;

/**
 * Applies the changes of one host and wave. Never throws: each change gets its outcome. Ctrl-C does not stop it half way,
 * because a host between two steps is worse than one that is a few seconds late.
 */
export async function applyHost(
  transport: Transport,
  changes: readonly Change[],
  { generation, lock, report }: ApplyRun,
): Promise<readonly Outcome[]> {
  const { host } = transport;
  const ended = new Map<number, number>();
  const nonce = freshNonce();
  let output: string[] = [];
  const onLine = (line: string): void => {
    const marker = readMarker(line, nonce);
    const change = marker === undefined ? undefined : changes[marker.index];
    if (marker === undefined || change === undefined) {
      output.push(line);
      if (output.length > 2 * KEPT_LINES) output = output.slice(-KEPT_LINES);
      if (isWaiting(line)) report({ type: 'note', host, text: line });
    } else if (marker.state === 'started') {
      output = [];
      report({ type: 'change', state: 'started', change });
    } else {
      ended.set(marker.index, marker.exitCode);
      report({ type: 'change', state: marker.exitCode === 0 ? 'done' : 'failed', change });
    }
  };
  const incomplete = await run(transport, applyScript(changes, generation, lock.nonce, nonce), onLine);
  const stopped = changes.findIndex((_, index) => ended.get(index) !== 0);
  return changes.map((change, index): Outcome => {
    if (ended.get(index) === 0) return { change, status: 'done' };
    if (index > stopped) {
      return { change, status: 'skipped', because: incomplete?.rest ?? `an earlier change on ${host} failed` };
    }
    const exitCode = ended.get(index);
    if (exitCode === undefined) report({ type: 'change', state: 'failed', change });
    const failure =
      exitCode === undefined
        ? (incomplete?.failure ?? notStarted(change, output))
        : failedChange(change, exitCode, output);
    return { change, status: 'failed', failure };
  });
}

/** Runs the script; its markers report the result of each change. */
async function run(
  transport: Transport,
  script: Command,
  onLine: (line: string) => void,
): Promise<Incomplete | undefined> {
  const { host } = transport;
  try {
    const signal = new AbortController().signal;
    const { exitCode, stderr } = await transport.run(script, {
      timeoutMs: MAX_WAIT_MS,
      signal,
      onLine,
      onGiveUp: 'leave',
    });
    const failure = guardFailure(host, exitCode, stderr);
    return failure && { failure, rest: `no change was started on ${host}` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'timeout') return tooLong(host, error);
    const { hint = `Once it is back, ${AGAIN}` } = error.detail;
    return {
      failure: new Failure(error.code, error.message, { ...error.detail, hint }),
      rest: `its state is unknown: the connection to ${host} was lost while the script keeps running there`,
    };
  }
}

function tooLong(host: string, error: Failure): Incomplete {
  const hours = MAX_WAIT_MS / 60 / 60_000;
  return {
    failure: new Failure('timeout', `${host}: still applying changes after ${hours} h, stopped waiting`, {
      ...error.detail,
      hint: `The script keeps running. On ${host}, ${FOLDER}/running names its process, and \`pstree -ap\` shows what it waits for. Once it has ended, ${AGAIN}`,
    }),
    rest: `its state is unknown: the script was still running on ${host} when lvsctl stopped waiting`,
  };
}

/** A failure before the first step, such as no space for the backup of replaced files. */
function notStarted(change: Change, output: readonly string[]): Failure {
  const said = redactedLines(change, output);
  return new Failure('command', `${change.host}: ${said.at(-1) ?? 'the script ended early'}`, {
    host: change.host,
    stderr: said.join('\n'),
  });
}

function redactedLines({ secrets }: Change, output: readonly string[]): readonly string[] {
  return output.map((line) => redact(line.trim(), secrets)).filter((line) => line !== '');
}

function failedChange(change: Change, exitCode: number, output: readonly string[]): Failure {
  const said = redactedLines(change, output);
  const cause = causeIn(said) ?? `exit code ${exitCode}`;
  const trouble = change.kind === 'packages' ? troubleIn(cause) : undefined;
  const fix = trouble === undefined ? 'Fix the cause and run' : `${trouble.fix}. Then run`;
  return new Failure('command', `${change.host}: ${change.kind} ${change.key}: ${cause}`, {
    host: change.host,
    exitCode,
    stderr: said.join('\n'),
    hint: `${fix} the same command again; it skips changes that are already made.${change.advice === undefined ? '' : ` ${change.advice}`}`,
  });
}

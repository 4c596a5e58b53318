import { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';
import { causeIn, tellsWait } from '../platforms/package-managers.ts';
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
 * How long the end of a script is waited for. Package managers wait for each other, and mirrors can be slow; beyond
 * that somebody has to look. The script is never ended: half a transaction of packages is worse than a late one.
 */
const PATIENCE_MS = 2 * 60 * 60_000;

const AGAIN = 'run the same command again; what is done already is not done twice.';

/** What a script of changes belongs to. */
export interface ApplyRun {
  readonly generation: string;
  readonly lock: Pick<ClusterLock, 'nonce'>;
  readonly report: (event: ApplyEvent) => void;
}

/** Why the end of a script was not seen, and what that means for the changes that were not begun. */
interface Unseen {
  readonly failure: Failure;
  readonly rest: string;
}

/** Lines of output that are kept to say why a change failed. */
const KEPT_LINES = 500;

/**
 * Makes the changes of one host and wave. Never throws: each change gets its outcome. It is not stopped half way by
 * Ctrl-C, because a host between two steps is worse than one that is a few seconds late.
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
      if (tellsWait(line)) report({ type: 'note', host, text: line });
    } else if (marker.state === 'started') {
      output = [];
      report({ type: 'change', state: 'started', change });
    } else {
      ended.set(marker.index, marker.exitCode);
      report({ type: 'change', state: marker.exitCode === 0 ? 'done' : 'failed', change });
    }
  };
  const unseen = await run(transport, applyScript(changes, generation, lock.nonce, nonce), onLine);
  const stopped = changes.findIndex((_, index) => ended.get(index) !== 0);
  return changes.map((change, index): Outcome => {
    if (ended.get(index) === 0) return { change, status: 'done' };
    if (index > stopped) {
      return { change, status: 'skipped', because: unseen?.rest ?? `an earlier change on ${host} failed` };
    }
    const exitCode = ended.get(index);
    if (exitCode === undefined) report({ type: 'change', state: 'failed', change });
    const failure =
      exitCode === undefined ? (unseen?.failure ?? notBegun(change, output)) : refused(change, exitCode, output);
    return { change, status: 'failed', failure };
  });
}

/** Runs the script, whose markers say what became of it. */
async function run(transport: Transport, script: Command, onLine: (line: string) => void): Promise<Unseen | undefined> {
  const { host } = transport;
  try {
    const signal = new AbortController().signal;
    const { exitCode, stderr } = await transport.run(script, {
      timeoutMs: PATIENCE_MS,
      signal,
      onLine,
      onGiveUp: 'leave',
    });
    const failure = guardFailure(host, exitCode, stderr);
    return failure && { failure, rest: `nothing was begun on ${host}` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'timeout') return tooLong(host, error);
    const { hint = `Once it is back, ${AGAIN}` } = error.detail;
    return {
      failure: new Failure(error.code, error.message, { ...error.detail, hint }),
      rest: `its state is unknown: the connection to ${host} was lost, and ${host} goes on by itself`,
    };
  }
}

function tooLong(host: string, error: Failure): Unseen {
  const hours = PATIENCE_MS / 60 / 60_000;
  return {
    failure: new Failure('timeout', `${host}: still making changes after ${hours} h; stopped waiting for it`, {
      ...error.detail,
      hint: `${host} goes on by itself. On ${host}, ${FOLDER}/running names the process, and \`pstree -ap\` shows what it waits for. Once it has ended, ${AGAIN}`,
    }),
    rest: `its state is unknown: ${host} was still at work when lvsctl stopped waiting, and goes on by itself`,
  };
}

/** What is wrong before the first step, such as no room for the former files. */
function notBegun(change: Change, output: readonly string[]): Failure {
  const said = toldBy(change, output);
  return new Failure('command', `${change.host}: ${said.at(-1) ?? 'the script did not come to its end'}`, {
    host: change.host,
    stderr: said.join('\n'),
  });
}

function toldBy({ secrets }: Change, output: readonly string[]): readonly string[] {
  return output.map((line) => redact(line.trim(), secrets)).filter((line) => line !== '');
}

function refused(change: Change, exitCode: number, output: readonly string[]): Failure {
  const said = toldBy(change, output);
  return new Failure(
    'command',
    `${change.host}: ${change.kind} ${change.key}: ${causeIn(said) ?? `ended with exit code ${exitCode}`}`,
    {
      host: change.host,
      exitCode,
      stderr: said.join('\n'),
      hint: `Mend what it says and run the same command again; what is done already is not done twice.${change.advice === undefined ? '' : ` ${change.advice}`}`,
    },
  );
}

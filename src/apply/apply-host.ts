import { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';
import type { Transport } from '../remote/transport.ts';
import type { ApplyEvent, Outcome } from './outcome.ts';
import { applyScript, readMarker } from './script.ts';

/** Package managers may wait for each other, and mirrors can be slow. */
const TIMEOUT_MS = 20 * 60_000;

/**
 * Makes the changes of one host and wave. Never throws: each change gets its outcome. It is not stopped half way by
 * Ctrl-C, because a host between two steps is worse than one that is a few seconds late.
 */
export async function applyHost(
  transport: Transport,
  changes: readonly Change[],
  generation: string,
  report: (event: ApplyEvent) => void,
): Promise<readonly Outcome[]> {
  const ended = new Map<number, number>();
  let output: string[] = [];
  let current = -1;
  const onLine = (line: string): void => {
    const marker = readMarker(line);
    const change = marker === undefined ? undefined : changes[marker.index];
    if (marker === undefined || change === undefined) {
      output.push(line);
      if (line.startsWith('Waiting for cache lock')) report({ type: 'note', host: transport.host, text: line });
    } else if (marker.state === 'started') {
      current = marker.index;
      output = [];
      report({ type: 'change', state: 'started', change });
    } else {
      ended.set(marker.index, marker.exitCode);
      report({ type: 'change', state: marker.exitCode === 0 ? 'done' : 'failed', change });
    }
  };
  const failure = await run(transport, changes, generation, onLine);
  return changes.map((change, index): Outcome => {
    const exitCode = ended.get(index);
    if (exitCode === 0) return { change, status: 'done' };
    if (exitCode !== undefined) return { change, status: 'failed', failure: refused(change, exitCode, output) };
    if (failure !== undefined && index === Math.max(current, 0)) {
      report({ type: 'change', state: 'failed', change });
      return { change, status: 'failed', failure };
    }
    return { change, status: 'skipped', because: `an earlier change on ${transport.host} failed` };
  });
}

/** undefined when the script ran to an end that its markers tell. */
async function run(
  transport: Transport,
  changes: readonly Change[],
  generation: string,
  onLine: (line: string) => void,
): Promise<Failure | undefined> {
  try {
    const result = await transport.run(applyScript(changes, generation), {
      timeoutMs: TIMEOUT_MS,
      signal: new AbortController().signal,
      onLine,
    });
    if (result.exitCode === 0) return undefined;
    return new Failure(
      'command',
      `${transport.host}: ${result.stderr.trim().split('\n').at(-1) ?? 'the script failed'}`,
      {
        host: transport.host,
        exitCode: result.exitCode,
        stderr: result.stderr,
      },
    );
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function refused(change: Change, exitCode: number, output: readonly string[]): Failure {
  const said = output.map((line) => line.trim()).filter((line) => line !== '');
  const told = said.findLast((line) => /error|fail|cannot|refused|E:|unable|no space/i.test(line)) ?? said.at(-1);
  return new Failure(
    'command',
    `${change.host}: ${change.kind} ${change.key}: ${told ?? `ended with exit code ${exitCode}`}`,
    {
      host: change.host,
      exitCode,
      stderr: said.join('\n'),
      hint: 'Mend what it says and run the same command again; what is done already is not done twice.',
    },
  );
}

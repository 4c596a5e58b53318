import { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';
import { redact } from '../remote/redact.ts';
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
  const onLine = (line: string): void => {
    const marker = readMarker(line);
    const change = marker === undefined ? undefined : changes[marker.index];
    if (marker === undefined || change === undefined) {
      output.push(line);
      if (line.startsWith('Waiting for cache lock')) report({ type: 'note', host: transport.host, text: line });
    } else if (marker.state === 'started') {
      output = [];
      report({ type: 'change', state: 'started', change });
    } else {
      ended.set(marker.index, marker.exitCode);
      report({ type: 'change', state: marker.exitCode === 0 ? 'done' : 'failed', change });
    }
  };
  const lost = await run(transport, changes, generation, onLine);
  const stopped = changes.findIndex((_, index) => ended.get(index) !== 0);
  return changes.map((change, index): Outcome => {
    if (ended.get(index) === 0) return { change, status: 'done' };
    if (index > stopped) return { change, status: 'skipped', because: whySkipped(transport.host, lost) };
    const exitCode = ended.get(index);
    if (exitCode === undefined) report({ type: 'change', state: 'failed', change });
    const failure = exitCode === undefined ? (lost ?? notBegun(change, output)) : refused(change, exitCode, output);
    return { change, status: 'failed', failure };
  });
}

/** Runs the script, whose markers tell what became of it. @returns why its end was not seen */
async function run(
  transport: Transport,
  changes: readonly Change[],
  generation: string,
  onLine: (line: string) => void,
): Promise<Failure | undefined> {
  const options = { timeoutMs: TIMEOUT_MS, signal: new AbortController().signal, onLine };
  try {
    await transport.run(applyScript(changes, generation), options);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { hint = 'Run the same command again once it is back; what is done already is not done twice.' } =
      error.detail;
    return new Failure(error.code, error.message, { ...error.detail, hint });
  }
}

function whySkipped(host: string, lost: Failure | undefined): string {
  if (lost === undefined) return `an earlier change on ${host} failed`;
  return `what became of it is not known: ${host} was lost, and goes on by itself with what it was told`;
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
    `${change.host}: ${change.kind} ${change.key}: ${gistOf(said) ?? `ended with exit code ${exitCode}`}`,
    {
      host: change.host,
      exitCode,
      stderr: said.join('\n'),
      hint: `Mend what it says and run the same command again; what is done already is not done twice.${instead(change)}`,
    },
  );
}

/** A director whose packages cannot be had needs none. */
function instead({ kind, role }: Change): string {
  return kind === 'packages' && role === 'director'
    ? ' Where no package can be had, `engine: agent` in the inventory does without.'
    : '';
}

/** The last line that speaks of a fault. apt ends with several, and its first one is the cause of the others. */
function gistOf(said: readonly string[]): string | undefined {
  let index = said.findLastIndex((line) => /error|fail|cannot|refused|E:|unable|no space/i.test(line));
  while (said[index]?.startsWith('E: ') === true && said[index - 1]?.startsWith('E: ') === true) index -= 1;
  return said[index] ?? said.at(-1);
}

import { onTestFinished } from 'vitest';
import type { Command } from '../../src/remote/command.ts';
import { Failure } from '../../src/failure.ts';
import type { Result, RunOptions, Transport } from '../../src/remote/transport.ts';
import { NONCE } from './nonce.ts';

/** A script that a fake host has been told about, and what comes of it. */
export interface Told {
  /** The whole script, letter by letter, or a named predicate for one that cannot be written down. */
  readonly script: string | Command | { readonly name: string; matches(script: string): boolean };
  /** What is left out is exit code 0 and empty outputs; a Failure is thrown; a function may look at the script. */
  readonly gives:
    Partial<Result> | Failure | ((script: string, options: RunOptions) => Partial<Result> | Promise<Partial<Result>>);
  /** How often it must be run; once, when it is left out. */
  readonly times?: number | 'any';
}

export interface FakeHost extends Transport {
  /** Every script that was run, in order. */
  readonly ran: readonly string[];
  readonly closed: boolean;
  /** Fails unless each script was run as often as it was told, and nothing else. It is called at the end of a test anyway. */
  assertAllUsed(): void;
}

function matches({ script }: Told, run: string): boolean {
  if (typeof script === 'string') return script === run;
  return 'matches' in script ? script.matches(run) : script.script.replaceAll(` ${NONCE}`, '') === run;
}

function nameOf({ script }: Told): string {
  if (typeof script === 'string') return script;
  return 'name' in script ? `(${script.name})` : script.script;
}

function passOn(text: string, onLine: ((line: string) => void) | undefined): void {
  if (onLine === undefined || text === '') return;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) onLine(line);
}

/** The word of a run that is in each marker of its script; what a fake host is told to print lacks it. */
const nonceOf = (script: string): string | undefined =>
  /@lvsctl:(?:section \S+|change) ([0-9a-f]{32})\b/.exec(script)?.[1];

function stamp(text: string, nonce: string | undefined): string {
  if (nonce === undefined) return text;
  return text
    .replaceAll(/^(@lvsctl:section .*)$/gm, `$1 ${nonce}`)
    .replaceAll(/^@lvsctl:change /gm, `@lvsctl:change ${nonce} `);
}

/**
 * A host that is only told about. It does what a real one does with its result (lines, abort, Failures), and a command
 * that it was not told about fails the test, even when the code under test swallows the error.
 */
export function fakeHost(host: string, told: readonly Told[]): FakeHost {
  const ran: string[] = [];
  const unexpected: string[] = [];
  const used = told.map(() => 0);
  let closed = false;

  const answer = async (run: string, options: RunOptions): Promise<Result> => {
    const index = told.findIndex(
      (one, at) => matches(one, run) && (one.times === 'any' || (used[at] ?? 0) < (one.times ?? 1)),
    );
    const found = told[index];
    if (found === undefined) {
      unexpected.push(run);
      throw new Error(`${host} was not told about this command, or not that often:\n${run}`);
    }
    used[index] = (used[index] ?? 0) + 1;
    if (found.gives instanceof Failure) throw found.gives;
    const given = typeof found.gives === 'function' ? await found.gives(run, options) : found.gives;
    return { exitCode: 0, stdout: '', stderr: '', ...given };
  };

  const assertAllUsed = (): void => {
    const [first] = unexpected;
    if (first !== undefined) throw new Error(`${host} was not told about this command, or not that often:\n${first}`);
    told.forEach((one, index) => {
      const times = one.times ?? 1;
      if (times !== 'any' && used[index] !== times) {
        throw new Error(`${host} should have run this ${times} ×, and did ${used[index]} ×:\n${nameOf(one)}`);
      }
    });
  };
  onTestFinished(assertAllUsed);

  return {
    host,
    ran,
    get closed() {
      return closed;
    },
    run: async (command, options) => {
      if (closed) throw new Failure('connection-lost', `${host}: the connection was closed`, { host });
      if (options.signal.aborted) throw new Failure('interrupted', `${host}: the command was interrupted`, { host });
      const nonce = nonceOf(command.script);
      const script = nonce === undefined ? command.script : command.script.replaceAll(` ${nonce}`, '');
      ran.push(script);
      const { onLine } = options;
      const told = await answer(script, {
        ...options,
        ...(onLine !== undefined && { onLine: (line: string) => onLine(stamp(line, nonce)) }),
      });
      const result = { ...told, stdout: stamp(told.stdout, nonce) };
      passOn(result.stdout, options.onLine);
      passOn(result.stderr, options.onErrorLine);
      return result;
    },
    close: () => {
      closed = true;
    },
    assertAllUsed,
  };
}

import { onTestFinished } from 'vitest';
import type { Command } from '../../src/remote/command.ts';
import { Failure } from '../../src/failure.ts';
import type { Result, RunOptions, Transport } from '../../src/remote/transport.ts';
import { NONCE } from './nonce.ts';

/** A script that a fake host expects, and its result. */
export interface ExpectedRun {
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
  /** Fails unless exactly the expected scripts were run. Runs at the end of each test anyway. */
  assertAllUsed(): void;
}

function matches({ script }: ExpectedRun, run: string): boolean {
  if (typeof script === 'string') return script === run;
  return 'matches' in script ? script.matches(run) : script.script.replaceAll(` ${NONCE}`, '') === run;
}

function nameOf({ script }: ExpectedRun): string {
  if (typeof script === 'string') return script;
  return 'name' in script ? `(${script.name})` : script.script;
}

function passOn(text: string, onLine: ((line: string) => void) | undefined): void {
  if (onLine === undefined || text === '') return;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) onLine(line);
}

/** The nonce of a run, which marks its sections; the output given to a fake host omits it. */
const nonceOf = (script: string): string | undefined =>
  /@lvsctl:(?:section \S+|change) ([0-9a-f]{32})\b/.exec(script)?.[1];

function stamp(text: string, nonce: string | undefined): string {
  if (nonce === undefined) return text;
  return text
    .replaceAll(/^(@lvsctl:section .*)$/gm, `$1 ${nonce}`)
    .replaceAll(/^@lvsctl:change /gm, `@lvsctl:change ${nonce} `);
}

/**
 * A scripted host. Lines, abort and Failures behave as on a real one; an unexpected command fails the test even when
 * the code under test swallows the error.
 */
export function fakeHost(host: string, expected: readonly ExpectedRun[]): FakeHost {
  const ran: string[] = [];
  const unexpected: string[] = [];
  const used = expected.map(() => 0);
  let closed = false;

  const answer = async (run: string, options: RunOptions): Promise<Result> => {
    const index = expected.findIndex(
      (one, at) => matches(one, run) && (one.times === 'any' || (used[at] ?? 0) < (one.times ?? 1)),
    );
    const found = expected[index];
    if (found === undefined) {
      unexpected.push(run);
      throw new Error(`${host}: unexpected command, or too many runs of it:\n${run}`);
    }
    used[index] = (used[index] ?? 0) + 1;
    if (found.gives instanceof Failure) throw found.gives;
    const given = typeof found.gives === 'function' ? await found.gives(run, options) : found.gives;
    return { exitCode: 0, stdout: '', stderr: '', ...given };
  };

  const assertAllUsed = (): void => {
    const [first] = unexpected;
    if (first !== undefined) throw new Error(`${host}: unexpected command, or too many runs of it:\n${first}`);
    expected.forEach((one, index) => {
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
      const answered = await answer(script, {
        ...options,
        ...(onLine !== undefined && { onLine: (line: string) => onLine(stamp(line, nonce)) }),
      });
      const result = { ...answered, stdout: stamp(answered.stdout, nonce) };
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { Command } from '../../src/remote/command.ts';
import { type Shell, surroundings } from './shells.ts';
import { until } from './until.ts';

/** A shell that holds a lease, as sshd would have it. */
export interface LeaseSession {
  readonly child: ChildProcess;
  /** Every line that it has printed. */
  readonly said: readonly string[];
  /** Sends a line, and waits for the answer to it. */
  ask(line: string): Promise<string | undefined>;
  /** Ends its input, as a connection that is lost does. */
  cut(): void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

export async function startSession(shell: Shell, command: Command): Promise<LeaseSession> {
  const [program, ...words] = shell.argv;
  const child = spawn(program, words, { ...surroundings(shell), stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  let rest = '';
  let over = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    said.push(...lines);
  });
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code]: (number | null)[]) => {
    over = true;
    return code ?? null;
  });
  child.stdin.write(`{ :; ${command.script}\n}; exit $?\n`);
  await until(() => said.length > 0 || over);
  return {
    child,
    said,
    ask: async (line) => {
      const before = said.length;
      child.stdin.write(`${line}\n`);
      await until(() => said.length > before || over);
      return said[before];
    },
    cut: () => child.stdin.end(),
    ended,
  };
}

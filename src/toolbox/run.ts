import { spawn } from 'node:child_process';
import { Failure } from '../failure.ts';

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Exit codes other than 0 that are not failures; `any` includes death by a signal (-1). */
  readonly accept?: readonly number[] | 'any';
  /** The name for messages, when the program only starts another one. */
  readonly called?: string;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Milliseconds that an aborted command has to clean up before it is killed. */
const GRACE = 3000;

/**
 * Runs a program on this machine and waits for it. Its process group is killed when the signal aborts, and the kernel
 * kills it when lvsctl dies, so no build outlives its run.
 * @throws Failure `lab` when it cannot be started or exits with a code that is not accepted, `interrupted` on abort.
 */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal.throwIfAborted();
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const killGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  let escalation: NodeJS.Timeout | undefined;
  const abort = (): void => {
    killGroup('SIGTERM');
    escalation = setTimeout(killGroup, GRACE, 'SIGKILL');
  };
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await finished(child, options.input);
    if (options.signal.aborted) throw new Failure('interrupted', `${options.called ?? file} was interrupted`);
    if (!isAccepted(result.exitCode, options.accept)) {
      throw new Failure('lab', `${options.called ?? file} failed: ${lastLine(result)}`, {
        command: [file, ...args].join(' '),
        exitCode: result.exitCode,
        stderr: result.stderr,
      });
    }
    return result;
  } finally {
    clearTimeout(escalation);
    options.signal.removeEventListener('abort', abort);
  }
}

function finished(child: ReturnType<typeof spawn>, input: string | undefined): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (cause) => {
      reject(new Failure('lab', `cannot start a program: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => {
      resolve({ stdout, stderr, exitCode: code ?? -1 });
    });
    // A program may exit without reading all of its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

function isAccepted(exitCode: number, accept: RunOptions['accept']): boolean {
  return exitCode === 0 || accept === 'any' || accept?.includes(exitCode) === true;
}

function lastLine(result: RunResult): string {
  const lines = (result.stderr.trim() === '' ? result.stdout : result.stderr).trim().split('\n');
  const significant = lines.findLast((line) => /^(E|error|fatal)\b/i.test(line)) ?? lines.at(-1);
  return significant === undefined || significant === '' ? `exit code ${String(result.exitCode)}` : significant;
}

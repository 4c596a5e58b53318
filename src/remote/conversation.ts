import type { Readable, Writable } from 'node:stream';
import { Failure, type FailureCode, type FailureDetail } from '../failure.ts';
import type { Command } from './command.ts';
import { LONGEST_MS } from './deadline.ts';
import { envelope } from './envelope.ts';
import { onAbort } from './on-abort.ts';
import { NOISE_LIMIT, Output } from './output.ts';
import { headOf, redact } from './redact.ts';
import type { Result, RunOptions } from './transport.ts';

/** A running `/bin/sh` that waits for its script: an SSH channel or a child process. */
export interface Shell {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * `exit` when the shell has exited, `close` when its outputs have closed too; `close` alone means that it was lost.
   */
  on(event: 'exit', listener: (code: number | null, signal?: string | null) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The host of the shell, and how to interpret its end. */
export interface Surroundings {
  readonly host: string;
  /**
   * Terminates the shell and its process group, as far as possible. `pid` resolves when the shell announces itself,
   * with undefined if it ends first.
   */
  readonly stop: (pid: Promise<number | undefined>) => void;
  /** Closes the outputs of a shell that has exited, without touching processes that it left running. */
  readonly letGo: () => void;
  /** Why a shell ended without an exit code. */
  readonly lost: () => string;
  /** The failure when the shell never announced itself, given its output. */
  readonly unreached: (said: string, exitCode: number) => Failure;
}

/** Default limit in bytes for both outputs combined. */
const OUTPUT_LIMIT = 64 * 2 ** 20;

const DROWNED = `the login printed ${NOISE_LIMIT / 2 ** 10} KiB before it started a shell`;
const DROWNED_HINT =
  'Check the login shell and its start-up files on the host: they must not print without a terminal.';

/** Milliseconds that the outputs may stay open and silent after the exit, because a background process holds them. */
const SILENCE_AFTER_EXIT_MS = 5000;

/**
 * Sends the script to a shell and waits until it exits. @param leftMs what is left of the time-out
 * @throws Failure when there is no exit: `connection-lost`, `timeout`, `interrupted`, or a signal (`command`).
 */
export function converse(
  shell: Shell,
  command: Command,
  options: RunOptions,
  around: Surroundings,
  leftMs: number = options.timeoutMs,
): Promise<Result> {
  let settled = false;
  let reportPid: (pid: number | undefined) => void = () => undefined;
  const pid = new Promise<number | undefined>((resolve) => {
    reportPid = resolve;
  });
  // No lines are delivered after a failure.
  const unlessSettled = (onLine: ((line: string) => void) | undefined) => (line: string) => {
    if (!settled) onLine?.(line);
  };
  const stdout = new Output(unlessSettled(options.onLine), reportPid, options.streamed !== true);
  const stderr = new Output(unlessSettled(options.onErrorLine));

  const fail = (code: FailureCode, what: string, detail: FailureDetail = {}): Failure =>
    new Failure(code, `${around.host}: ${what}`, {
      host: around.host,
      command: headOf(command.script, command.secrets),
      stderr: redact(stderr.text, command.secrets),
      ...detail,
    });

  const limit = options.maxOutputBytes ?? (options.streamed === true ? Infinity : OUTPUT_LIMIT);
  return new Promise<Result>((resolve, reject) => {
    let bytes = 0;
    let exit: { readonly code: number | null; readonly signal: string | undefined } | undefined;
    let silence: NodeJS.Timeout | undefined;

    const settle = (end: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(clock);
      clearTimeout(silence);
      forget();
      end();
    };
    const giveUp = (error: unknown): void => {
      settle(() => {
        reject(error);
        if (options.onGiveUp === 'leave') around.letGo();
        else around.stop(pid);
      });
    };
    const interrupted = (): Failure => fail('interrupted', 'the command was interrupted');
    const clock = setTimeout(
      () => {
        giveUp(fail('timeout', `the command did not end within ${options.timeoutMs / 1000} s`, { retryable: true }));
      },
      Math.min(leftMs, LONGEST_MS),
    );
    const forget = onAbort(options.signal, () => {
      giveUp(interrupted());
    });

    const finish = (): void => {
      if (settled) return;
      try {
        stdout.end();
        stderr.end();
        const result = ended();
        settle(() => {
          resolve(result);
        });
      } catch (error) {
        settle(() => {
          reject(error);
        });
      }
    };
    const ended = (): Result => {
      if (exit === undefined) throw fail('connection-lost', around.lost(), { retryable: true });
      if (exit.code === null) throw fail('command', `the command was ended by ${exit.signal ?? 'a signal'}`);
      if (!stdout.started) {
        const said = stderr.text.trim() === '' ? stdout.text : stderr.text;
        throw around.unreached(redact(said, command.secrets), exit.code);
      }
      return { exitCode: exit.code, stdout: stdout.text, stderr: stderr.text };
    };
    const awaitSilence = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        finish();
        around.letGo();
      }, SILENCE_AFTER_EXIT_MS);
    };
    const receive = (output: Output) => (chunk: Buffer) => {
      if (settled && output.started) return;
      bytes += chunk.length;
      if (exit !== undefined && !settled) awaitSilence();
      try {
        output.write(chunk);
      } catch (error) {
        giveUp(error);
      }
      if (output.drowned) giveUp(fail('unsupported', DROWNED, { hint: DROWNED_HINT }));
      if (bytes > limit) giveUp(fail('command', `the command wrote more than ${limit / 2 ** 20} MiB`));
    };

    shell.stdout.on('data', receive(stdout));
    shell.stderr.on('data', receive(stderr));
    shell.on('exit', (code, signal) => {
      exit = { code, signal: signal ?? undefined };
      if (!settled) awaitSilence();
    });
    // The listeners may not have the last chunks yet.
    shell.on('close', () => {
      setImmediate(() => {
        finish();
        reportPid(undefined);
      });
    });
    // Ignore writes to a shell that has ended; its exit or close reports why.
    for (const stream of [shell, shell.stdin, shell.stdout, shell.stderr]) stream.on('error', () => undefined);

    if (options.signal.aborted) {
      settle(() => {
        reject(interrupted());
      });
      around.letGo();
      return;
    }
    const script = envelope(command.script, options.stdin ?? 'empty');
    if (options.stdin !== 'open') {
      shell.stdin.end(script);
      return;
    }
    shell.stdin.write(script);
    options.onInput?.((line) => {
      if (!settled) shell.stdin.write(`${line}\n`);
    });
  });
}

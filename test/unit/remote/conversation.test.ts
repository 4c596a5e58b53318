import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { sh } from '../../../src/remote/command.ts';
import { converse } from '../../../src/remote/conversation.ts';
import type { RunOptions } from '../../../src/remote/transport.ts';
import { failureOf } from '../../support/failure-of.ts';

/** A shell that says what a test wants. */
function saying(...chunks: readonly string[]) {
  const shell = Object.assign(new EventEmitter(), {
    stdin: new PassThrough().resume(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  });
  let stopped = false;
  const run = (options: Partial<RunOptions> = {}) => {
    const running = converse(
      shell,
      sh`true`,
      { timeoutMs: 60_000, signal: new AbortController().signal, ...options },
      {
        host: 'dr1',
        stop: () => {
          stopped = true;
        },
        letGo: () => undefined,
        lost: () => 'lost',
        unreached: (said) => new Failure('unsupported', said),
      },
    );
    for (const chunk of chunks) shell.stdout.write(chunk);
    return running;
  };
  return { run, stopped: () => stopped };
}

const STARTED = '\u001Elvsctl 12\u001E\n';

describe('a host that says too much', () => {
  it('is abandoned after 64 KiB without a shell', async () => {
    const { run, stopped } = saying(...Array.from({ length: 70 }, () => 'x'.repeat(1024)));
    const failure = await failureOf(run());
    expect(failure.code).toBe('unsupported');
    expect(failure.message).toBe('dr1: the login printed 64 KiB before it started a shell');
    expect(stopped()).toBe(true);
  });

  it('is abandoned beyond the output limit of a run', async () => {
    const { run, stopped } = saying(STARTED, 'x'.repeat(2 ** 20 + 1));
    const failure = await failureOf(run({ maxOutputBytes: 2 ** 20 }));
    expect(failure.message).toBe('dr1: the command wrote more than 1 MiB');
    expect(stopped()).toBe(true);
  });
});

describe('a failure', () => {
  it('keeps the beginning of a long message and the end of a long standard error', () => {
    const { message, detail } = new Failure('command', 'x'.repeat(100_000), { stderr: `${'y'.repeat(100_000)}last` });
    expect(message).toMatch(/^x{4096}… \(95904 characters more\)$/);
    expect(detail.stderr).toMatch(/^\(34468 characters before\) …y+last$/);
  });
});

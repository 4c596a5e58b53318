import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { waitForFile, waitForPidFiles } from '../../../src/platforms/lock-wait.ts';
import { isWaiting } from '../../../src/platforms/package-managers.ts';
import { sh } from '../../../src/remote/command.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

describe.each(SHELLS)('waiting for another installation, in $name', (shell) => {
  it('names the process, once, and goes on when it has ended', () => {
    const lock = join(temporaryFolder(), 'lock.pid');
    const child = spawn('sleep', ['0.5'], { detached: true, stdio: 'ignore' });
    writeFileSync(lock, String(child.pid));
    // A zombie still is in /proc, so the file goes first.
    const { stdout, exitCode } = runIn(
      shell,
      sh`(sleep 0.2; rm ${lock}) &
set -e
${waitForPidFiles([`${lock}-absent`, lock])}
echo done`,
    );
    expect(exitCode).toBe(0);
    const [waiting = '', ...others] = stdout.trim().split('\n');
    expect(waiting).toBe(`Waiting for another installation: process ${child.pid} (sleep) holds ${lock}`);
    expect(isWaiting(waiting)).toBe(true);
    expect(others).toEqual(['done']);
  });

  it('does not wait for a process that has ended', () => {
    const lock = join(temporaryFolder(), 'lock.pid');
    writeFileSync(lock, '4194305\n');
    expect(runIn(shell, sh`${waitForPidFiles([lock])}; echo done`).stdout).toBe('done\n');
  });

  it('gives up with the reason', () => {
    const lock = join(temporaryFolder(), 'lock');
    writeFileSync(lock, '');
    const { stdout, exitCode } = runIn(shell, sh`sleep() { :; }; ${waitForFile(lock)}`);
    expect(exitCode).toBe(1);
    expect(stdout.trim().split('\n').at(-1)).toBe(`error: another program still holds ${lock} after 300 s`);
  });
});

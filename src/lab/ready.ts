import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { LabHost } from './network.ts';
import type { LabPaths } from './paths.ts';

/** Whether the host's sshd greets within the time (milliseconds). Asked from the control namespace, like everything. */
export function answers(paths: LabPaths, host: LabHost, patience: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('nsenter', [`--net=${paths.controlNamespace}`, 'busybox', 'nc', host.address, '22'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
      signal,
    });
    let greeting = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      greeting += text;
      if (greeting.includes('\n')) child.kill('SIGKILL');
    });
    child.on('error', () => undefined);
    child.on('close', () => {
      resolve(greeting.startsWith('SSH-'));
    });
  });
}

export interface Patience {
  /** Milliseconds in all. */
  readonly total: number;
  /** Says why waiting has become pointless, or undefined. */
  readonly hopeless: () => Promise<string | undefined>;
}

/**
 * Waits until the host's sshd answers.
 * @throws Failure `lab` when it does not in time, or cannot any more
 */
export async function waitForHost(
  paths: LabPaths,
  host: LabHost,
  { total, hopeless }: Patience,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + total;
  for (;;) {
    signal.throwIfAborted();
    if (await answers(paths, host, 2500, signal)) return;
    signal.throwIfAborted();
    const why = await hopeless();
    if (why !== undefined) throw new Failure('lab', why, { retryable: false });
    if (performance.now() > deadline) {
      throw new Failure('lab', `${host.name} did not answer on ssh within ${String(Math.round(total / 1000))} s`);
    }
    await sleep(150, undefined, { signal });
  }
}

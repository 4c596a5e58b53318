import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { SshAccess } from './access.ts';
import { deadline } from './deadline.ts';
import { onAbort } from './on-abort.ts';
import { openSshFailure } from './openssh-failure.ts';
import { masterArguments } from './openssh-options.ts';
import { OpenSshTransport } from './openssh-transport.ts';
import type { Transport } from './transport.ts';

/** Printed by the host when the connection stands. Plain enough for every login shell. */
const READY = 'lvsctl-connected';

/** Characters kept of what ssh prints. */
const WORDS = 16 * 2 ** 10;

/**
 * Connects with the ssh of this machine, in one connection that all sessions share. It ends with lvsctl, even when that
 * is killed: the session that holds it reads a pipe from lvsctl.
 * @throws Failure `unreachable`, `timeout`, `host-key`, `auth`, `unsupported`, `interrupted`, `inventory`
 */
export async function connectOpenSsh(host: string, access: SshAccess, signal: AbortSignal): Promise<Transport> {
  if (access.password !== undefined) {
    throw new Failure('inventory', `${host}: \`ssh.password\` has no effect with \`client: openssh\`.`, {
      host,
      hint: 'Remove one of them: the ssh of this machine takes no password from lvsctl.',
    });
  }
  // A socket has a short path, and only this user may use it.
  const folder = await mkdtemp('/tmp/lvsctl-ssh-');
  const socket = join(folder, 's');
  const master = spawn('ssh', masterArguments(access, socket, `echo ${READY}; exec cat`), {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C must not cut the connection that clean-up needs.
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const tidy = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await ready(host, access, master, signal);
  } catch (error) {
    end(master);
    await tidy();
    throw error;
  }
  master.stdout.resume();
  master.stderr.resume();
  return new OpenSshTransport(host, access, socket, master, () => {
    end(master);
    master.once('close', () => void tidy());
    if (master.exitCode !== null || master.signalCode !== null) void tidy();
  });
}

/** Resolves when the connection stands. */
function ready(host: string, access: SshAccess, master: ChildProcess, signal: AbortSignal): Promise<void> {
  const limit = deadline(signal, access.connectTimeoutSeconds * 1000);
  let said = '';
  let printed = '';
  return new Promise<void>((resolve, reject) => {
    onAbort(limit.signal, () => {
      if (signal.aborted) reject(new Failure('interrupted', `${host}: the login was interrupted`, { host }));
      else {
        const words = `ssh to ${access.host}:${access.port} did not log in within ${access.connectTimeoutSeconds} s`;
        reject(
          new Failure('timeout', `${host}: ${words}`, {
            host,
            stderr: said,
            hint: 'Check that the host is up, and run `ssh` to it by hand: it must log in without asking.',
            retryable: true,
          }),
        );
      }
    });
    master.on('error', (error) => {
      reject(
        new Failure('unsupported', `${host}: cannot run ssh: ${error.message}`, {
          host,
          hint: 'Install the OpenSSH client, or remove `client: openssh`.',
        }),
      );
    });
    master.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-WORDS);
    });
    master.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-WORDS);
      if (printed.includes(`${READY}\n`)) resolve();
    });
    master.on('close', () => {
      reject(openSshFailure(host, access, said));
    });
    for (const stream of [master.stdin, master.stdout, master.stderr]) stream?.on('error', () => undefined);
    if (limit.signal.aborted) reject(new Failure('interrupted', `${host}: the login was interrupted`, { host }));
  }).finally(() => {
    limit.done();
  });
}

/** ms between the end of its input and SIGTERM */
const PATIENCE_MS = 2000;

function end(master: ChildProcess): void {
  master.stdin?.end();
  setTimeout(() => {
    if (master.exitCode === null && master.signalCode === null) master.kill('SIGTERM');
  }, PATIENCE_MS).unref();
}

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Failure } from '../failure.ts';
import type { SshAccess } from './access.ts';
import { type Command, sh } from './command.ts';
import { converse, type Shell } from './conversation.ts';
import { type Deadline, deadline } from './deadline.ts';
import { envelope } from './envelope.ts';
import { onAbort } from './on-abort.ts';
import { sessionArguments } from './openssh-options.ts';
import { unreachedShell } from './privilege.ts';
import { headOf } from './redact.ts';
import type { Result, RunOptions, Transport } from './transport.ts';

/** Maximum parallel sessions; sshd's default MaxSessions is 10, and one holds the connection. */
const SESSIONS = 7;

/** ms for each of the two steps that end a run */
const STOP_MS = 2000;

/** ms in which the master may still notice that the connection is lost */
const VERDICT_MS = 300;

/** The exit code of ssh for errors of its own, and of a remote command that exits with it. */
const AMBIGUOUS = 255;

/** Sessions of the system's ssh over one shared connection. Each run is a process on this machine. */
export class OpenSshTransport implements Transport {
  readonly host: string;
  readonly #access: SshAccess;
  readonly #socket: string;
  readonly #hangUp: () => void;
  readonly #slots = pLimit(SESSIONS);
  readonly #stopping = new Set<Promise<void>>();
  #lost: string | undefined;

  constructor(host: string, access: SshAccess, socket: string, master: ChildProcess, hangUp: () => void) {
    this.host = host;
    this.#access = access;
    this.#socket = socket;
    this.#hangUp = hangUp;
    master.on('exit', () => {
      this.#lost ??= 'the connection was lost';
    });
    if (master.exitCode !== null) this.#lost = 'the connection was lost';
  }

  async run(command: Command, options: RunOptions): Promise<Result> {
    const limit = deadline(options.signal, options.timeoutMs);
    let release: (() => void) | undefined;
    try {
      release = await this.#slot(command, options, limit);
      if (this.#lost !== undefined) throw this.#failure('connection-lost', this.#lost, command);
      const child = this.#spawn();
      child.on('close', release);
      return await converse(
        this.#shellOf(child),
        command,
        options,
        {
          host: this.host,
          stop: (pid) => {
            const stopped = this.#stop(child, pid).finally(() => this.#stopping.delete(stopped));
            this.#stopping.add(stopped);
          },
          letGo: () => {
            child.kill('SIGTERM');
          },
          lost: () => this.#lost ?? 'the session ended without an exit code',
          unreached: (said, exitCode) => unreachedShell(this.host, this.#access.user, said, exitCode),
        },
        limit.leftMs(),
      );
    } finally {
      limit.done();
    }
  }

  close(): void {
    this.#lost ??= 'the connection was closed';
    if (this.#stopping.size === 0) this.#hangUp();
    else void Promise.all(this.#stopping).then(() => this.#hangUp());
  }

  /** Waits for a free session. */
  #slot(command: Command, options: RunOptions, limit: Deadline): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        reject(
          options.signal.aborted
            ? this.#failure('interrupted', 'the command was interrupted before it started', command)
            : this.#failure('timeout', `the command did not start within ${options.timeoutMs / 1000} s`, command),
        );
      };
      if (limit.signal.aborted) {
        expire();
        return;
      }
      const forget = onAbort(limit.signal, expire);
      const inSlot = (release: () => void): void => {
        forget();
        if (limit.signal.aborted) release();
        else resolve(release);
      };
      void this.#slots(() => new Promise<void>(inSlot));
    });
  }

  #spawn(): ChildProcessWithoutNullStreams {
    const program = this.#access.user === 'root' ? 'exec /bin/sh' : 'exec sudo -n /bin/sh';
    const child = spawn('ssh', sessionArguments(this.#access, this.#socket, program), {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
    });
    for (const stream of [child, child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    return child;
  }

  /** The process as a shell: without an exit code when the connection is lost. */
  #shellOf(child: ChildProcessWithoutNullStreams): Shell {
    const events = new EventEmitter();
    let judged: Promise<void> = Promise.resolve();
    child.on('exit', (code, signal) => {
      judged = (async () => {
        if (code === AMBIGUOUS && (await this.#isLost())) return;
        if (code !== null) events.emit('exit', code, signal);
      })();
    });
    child.on('close', () => void judged.then(() => events.emit('close')));
    return Object.assign(events, { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr });
  }

  /** Whether an exit code of 255 is that of ssh, whose connection is gone. */
  async #isLost(): Promise<boolean> {
    for (let waited = 0; waited < VERDICT_MS && this.#lost === undefined; waited += 20) {
      await delay(20, undefined, { ref: false });
    }
    return this.#lost !== undefined;
  }

  /** Ends a run: a second session sends SIGTERM to its process group, then the first is closed. */
  async #stop(child: ChildProcess, pid: Promise<number | undefined>): Promise<void> {
    const known = await Promise.race([pid, delay(STOP_MS, undefined, { ref: false })]);
    if (known !== undefined && !this.#lostByPeer()) {
      const killer = this.#spawn();
      killer.stdout.resume();
      killer.stderr.resume();
      const { script } = sh`read -r _ _ _ _ group _ </proc/${known}/stat && kill -TERM "-$group"`;
      killer.stdin.end(envelope(script, 'empty'));
      const closed = new Promise<void>((resolve) => killer.on('close', resolve));
      await Promise.race([closed, delay(STOP_MS, undefined, { ref: false })]);
      killer.kill('SIGTERM');
    }
    child.kill('SIGTERM');
  }

  #lostByPeer(): boolean {
    return this.#lost !== undefined && this.#lost !== 'the connection was closed';
  }

  #failure(code: 'connection-lost' | 'interrupted' | 'timeout', what: string, command: Command): Failure {
    return new Failure(code, `${this.host}: ${what}`, {
      host: this.host,
      command: headOf(command.script, command.secrets),
      retryable: code !== 'interrupted',
    });
  }
}

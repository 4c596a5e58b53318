import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Client, ClientChannel } from 'ssh2';
import { Failure, type FailureCode } from '../failure.ts';
import { type Command, sh } from './command.ts';
import { converse, type Surroundings } from './conversation.ts';
import { type Deadline, deadline } from './deadline.ts';
import { envelope } from './envelope.ts';
import type { LoggedIn } from './login.ts';
import { onAbort } from './on-abort.ts';
import { unreachedShell } from './privilege.ts';
import { headOf } from './redact.ts';
import type { Result, RunOptions, Transport } from './transport.ts';

/** Maximum parallel sessions per connection; sshd's default MaxSessions is 10. */
const SESSIONS = 8;

/** ms for each of the two steps that end a run: until its process id arrives, and until its processes are signalled */
const STOP_MS = 2000;

/** ms that a peer has to acknowledge the disconnect before the socket is destroyed */
const GOODBYE_MS = 1000;

/** Closes an abandoned session. Unread output would keep it open forever. */
function abandon(channel: ClientChannel): void {
  channel.on('error', () => undefined).resume();
  channel.stderr.on('error', () => undefined).resume();
  channel.close();
}

/** One SSH connection. Each run is a session that sends its script to the standard input of a shell. */
export class SshTransport implements Transport {
  readonly host: string;
  readonly #user: string;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #slots = pLimit(SESSIONS);
  readonly #stopping = new Set<Promise<void>>();
  #terminated = Promise.resolve();
  #lost: string | undefined;
  #closed = false;

  constructor(host: string, user: string, { client, socket }: LoggedIn) {
    this.host = host;
    this.#user = user;
    this.#client = client;
    this.#socket = socket;
    client.on('error', (error: Error) => {
      this.#lost ??= `the connection was lost: ${error.message}`;
    });
    client.on('close', () => {
      this.#lost ??= 'the host closed the connection';
    });
  }

  async run(command: Command, options: RunOptions): Promise<Result> {
    const limit = deadline(options.signal, options.timeoutMs);
    try {
      const channel = await this.#session(command, options, limit);
      const around: Surroundings = {
        host: this.host,
        stop: (pid) => {
          const stopped = this.#stop(channel, pid).finally(() => this.#stopping.delete(stopped));
          this.#stopping.add(stopped);
        },
        letGo: () => {
          channel.close();
        },
        lost: () => this.#lost ?? 'the session ended without an exit code',
        unreached: (said, exitCode) => unreachedShell(this.host, this.#user, said, exitCode),
      };
      return await converse(channel, command, options, around, limit.leftMs());
    } finally {
      limit.done();
    }
  }

  close(): void {
    if (this.#stopping.size === 0) this.#hangUp();
    // Runs that are being stopped end first; new ones are refused already.
    else void Promise.all(this.#stopping).then(() => this.#hangUp());
    this.#closed = true;
  }

  #hangUp(): void {
    this.#lost ??= 'the connection was closed';
    this.#client.end();
    const drop = (): void => {
      this.#socket.destroy();
    };
    this.#socket.once('finish', drop);
    setTimeout(drop, GOODBYE_MS).unref();
  }

  /** Opens a session; tries again when sshd allows fewer sessions than SESSIONS. */
  async #session(command: Command, options: RunOptions, limit: Deadline): Promise<ClientChannel> {
    for (;;) {
      const channel = await this.#open(command, limit.signal, options);
      if (channel !== 'full') return channel;
    }
  }

  /** Waits for a slot and opens a session, which holds the slot until it ends, for any reason. */
  #open(command: Command, either: AbortSignal, options: RunOptions): Promise<ClientChannel | 'full'> {
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        reject(this.#expired(command, options));
      };
      if (either.aborted) {
        expire();
        return;
      }
      const forget = onAbort(either, expire);
      const inSlot = (release: () => void): void => {
        const refuse = (code: FailureCode, what: string, retryable: boolean): void => {
          forget();
          release();
          reject(this.#failure(code, what, command, retryable));
        };
        if (either.aborted) {
          release();
          return;
        }
        if (this.#lost !== undefined || this.#closed) {
          refuse('connection-lost', this.#lost ?? 'the connection was closed', true);
          return;
        }
        try {
          this.#client.exec(this.#program(), (error: (Error & { readonly reason?: unknown }) | undefined, channel) => {
            forget();
            if (error === undefined) {
              channel.on('close', release);
              if (either.aborted) abandon(channel);
              resolve(channel);
            } else if (this.#lost !== undefined) refuse('connection-lost', this.#lost, true);
            else if (error.reason !== undefined && this.#slots.activeCount > 1) {
              // The sessions that are open now are as many as sshd allows.
              this.#slots.concurrency = Math.min(this.#slots.concurrency, this.#slots.activeCount - 1);
              release();
              resolve('full');
            } else refuse('unsupported', `sshd does not let ${this.#user} run a command: ${error.message}`, false);
          });
        } catch (error) {
          refuse('connection-lost', this.#lost ?? (error as Error).message, true);
        }
      };
      void this.#slots(() => new Promise<void>(inSlot));
    });
  }

  /**
   * Ends a run: a second session sends SIGTERM to its process group. SSH's own signals do not work here: OpenSSH
   * refuses them for root, and may not send them to processes of sudo.
   */
  async #stop(channel: ClientChannel, pid: Promise<number | undefined>): Promise<void> {
    const known = await Promise.race([pid, delay(STOP_MS, undefined, { ref: false })]);
    if (known !== undefined) {
      // One after the other, because eight runs leave room for few more sessions.
      this.#terminated = this.#terminated.then(() =>
        Promise.race([this.#terminate(known), delay(STOP_MS, undefined, { ref: false })]),
      );
      await this.#terminated;
    }
    channel.close();
  }

  #terminate(pid: number): Promise<void> {
    const script = sh`read -r _ _ _ _ group _ </proc/${pid}/stat && kill -TERM "-$group"`;
    return new Promise((resolve) => {
      try {
        this.#client.exec(this.#program(), (error, channel) => {
          if (error !== undefined) {
            resolve();
            return;
          }
          channel.on('close', resolve).on('error', () => undefined);
          channel.stderr.resume();
          channel.resume().end(envelope(script.script, 'empty'));
        });
      } catch {
        // The connection is gone, and with it the outputs of the run.
        resolve();
      }
    });
  }

  /** Plain enough for every login shell, including csh and fish. */
  #program(): string {
    return this.#user === 'root' ? 'exec /bin/sh' : 'exec sudo -n /bin/sh';
  }

  #expired(command: Command, options: RunOptions): Failure {
    return options.signal.aborted
      ? this.#failure('interrupted', 'the command was interrupted before it started', command, false)
      : this.#failure('timeout', `the command did not start within ${options.timeoutMs / 1000} s`, command, true);
  }

  #failure(code: FailureCode, what: string, command: Command, retryable: boolean): Failure {
    return new Failure(code, `${this.host}: ${what}`, {
      host: this.host,
      command: headOf(command.script, command.secrets),
      retryable,
    });
  }
}

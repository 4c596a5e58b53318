import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { Failure, type FailureCode } from '../failure.ts';
import type { Command } from './command.ts';
import { converse } from './conversation.ts';
import type { LoggedIn } from './login.ts';
import { unreachedShell } from './privilege.ts';
import { headOf } from './redact.ts';
import { Slots } from './slots.ts';
import type { Result, RunOptions, Transport } from './transport.ts';

/** Runs at the same time on one connection; sshd's MaxSessions is 10 by default. */
const SESSIONS = 8;

/** ms in which a peer may take the goodbye, before the connection is dropped */
const GOODBYE_MS = 1000;

/** One SSH connection. Each run is a session on it, and sends its script to a shell's standard input. */
export class SshTransport implements Transport {
  readonly host: string;
  readonly #user: string;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #slots = new Slots(SESSIONS);
  #lost: string | undefined;

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
    const begun = Date.now();
    const clock = AbortSignal.timeout(options.timeoutMs);
    const either = AbortSignal.any([clock, options.signal]);
    for (;;) {
      const slot = await this.#slots.take(either).then(
        () => true,
        () => false,
      );
      if (!slot) throw this.#expired(command, options);
      const channel = await this.#open(command, either, options);
      if (channel === 'full') continue;
      return await converse(
        channel,
        command,
        { ...options, timeoutMs: Math.max(1, options.timeoutMs - (Date.now() - begun)) },
        {
          host: this.host,
          stop: () => {
            // Signals are for sshd 7.9 and later; older ones ignore them, and the closed channel has to do.
            channel.signal('TERM');
            channel.close();
          },
          lost: () => this.#lost ?? 'the session ended without an exit code',
          unreached: (stderr, exitCode) => unreachedShell(this.host, this.#user, stderr, exitCode),
        },
      );
    }
  }

  close(): void {
    this.#lost ??= 'the connection was closed';
    this.#client.end();
    const drop = (): void => {
      this.#socket.destroy();
    };
    this.#socket.once('finish', drop);
    setTimeout(drop, GOODBYE_MS).unref();
  }

  /** Opens a session; its slot is given back when the session has gone, whoever ended it. */
  #open(command: Command, either: AbortSignal, options: RunOptions): Promise<ClientChannel | 'full'> {
    return new Promise((resolve, reject) => {
      const refuse = (code: FailureCode, what: string, retryable: boolean): void => {
        this.#slots.give();
        reject(this.#failure(code, what, command, retryable));
      };
      if (this.#lost !== undefined) {
        refuse('connection-lost', this.#lost, true);
        return;
      }
      const onAbort = (): void => {
        reject(this.#expired(command, options));
      };
      either.addEventListener('abort', onAbort, { once: true });
      try {
        this.#client.exec(this.#program(), (error: (Error & { readonly reason?: unknown }) | undefined, channel) => {
          either.removeEventListener('abort', onAbort);
          if (error === undefined) {
            channel.on('close', () => {
              this.#slots.give();
            });
            if (either.aborted) channel.close();
            resolve(channel);
          } else if (this.#lost !== undefined) refuse('connection-lost', this.#lost, true);
          else if (error.reason !== undefined && this.#slots.taken > 1) {
            this.#slots.lower(this.#slots.taken - 1);
            this.#slots.give();
            resolve('full');
          } else refuse('unsupported', `sshd does not let ${this.#user} run a command: ${error.message}`, false);
        });
      } catch (error) {
        refuse('connection-lost', this.#lost ?? (error as Error).message, true);
      }
    });
  }

  /** So plain that every login shell reads it alike, csh and fish too. */
  #program(): string {
    return this.#user === 'root' ? 'exec /bin/sh' : 'exec sudo -n /bin/sh';
  }

  #expired(command: Command, options: RunOptions): Failure {
    return options.signal.aborted
      ? this.#failure('interrupted', 'the command was interrupted before it began', command, false)
      : this.#failure('timeout', `the command did not begin within ${options.timeoutMs / 1000} s`, command, true);
  }

  #failure(code: FailureCode, what: string, command: Command, retryable: boolean): Failure {
    return new Failure(code, `${this.host}: ${what}`, {
      host: this.host,
      command: headOf(command.script, command.secrets),
      retryable,
    });
  }
}

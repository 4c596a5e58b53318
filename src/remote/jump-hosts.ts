import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { Failure } from '../failure.ts';
import type { SshAccess } from './access.ts';
import { deadline } from './deadline.ts';
import type { LoggedIn } from './login.ts';
import { onAbort } from './on-abort.ts';

interface Shared {
  readonly login: Promise<LoggedIn>;
  /** Connections that go through it, or are about to. */
  users: number;
}

/** The connections to jump hosts of a run: one for all hosts behind it, closed with the last of them. */
export class JumpHosts {
  readonly #shared = new Map<string, Shared>();

  /**
   * Opens a connection from a jump host to a host behind it.
   * @param logIn connects to the jump host when no other host has done so
   * @throws Failure of the jump host's login, or `unreachable`, `timeout`, `interrupted`
   */
  async open(
    name: string,
    to: SshAccess,
    jump: SshAccess,
    signal: AbortSignal,
    logIn: () => Promise<LoggedIn>,
  ): Promise<Duplex> {
    const key = JSON.stringify(jump);
    const shared = this.#shared.get(key) ?? this.#start(key, logIn);
    shared.users += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      shared.users -= 1;
      if (shared.users === 0) this.#end(key, shared);
    };
    try {
      const { client } = await shared.login.catch((error: unknown) => {
        throw asSeenFrom(name, error);
      });
      const channel = await forward(name, client, to, jump, signal);
      channel.on('close', release);
      client.on('close', release);
      return channel;
    } catch (error) {
      release();
      throw error;
    }
  }

  #start(key: string, logIn: () => Promise<LoggedIn>): Shared {
    const shared: Shared = { login: logIn(), users: 0 };
    this.#shared.set(key, shared);
    const forget = (): void => {
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    };
    shared.login.then(({ client }) => {
      client.on('error', () => undefined).on('close', forget);
    }, forget);
    return shared;
  }

  #end(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    shared.login.then(
      ({ client, socket }) => {
        client.end();
        socket.once('finish', () => {
          socket.destroy();
        });
      },
      () => undefined,
    );
  }
}

/** `user@host:port` of a jump host. */
export function jumpName({ user, host, port }: SshAccess): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The jump hosts on the way to a host, as ssh -J takes them. */
export function jumpChain({ jump }: SshAccess): string {
  if (jump === undefined) return '';
  const before = jumpChain(jump);
  return before === '' ? jumpName(jump) : `${before},${jumpName(jump)}`;
}

function asSeenFrom(name: string, error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  return new Failure(error.code, `${name}: jump host ${error.message}`, { ...error.detail, host: name, cause: error });
}

function forward(
  name: string,
  client: LoggedIn['client'],
  to: SshAccess,
  jump: SshAccess,
  signal: AbortSignal,
): Promise<ClientChannel> {
  const limit = deadline(signal, to.connectTimeoutSeconds * 1000);
  const place = `${to.host}:${to.port}`;
  return new Promise<ClientChannel>((resolve, reject) => {
    const expire = (): void => {
      reject(
        signal.aborted
          ? new Failure('interrupted', `${name}: the login was interrupted`, { host: name })
          : new Failure(
              'unreachable',
              `${name}: ${place} did not answer jump host ${jumpName(jump)} within ${to.connectTimeoutSeconds} s`,
              {
                host: name,
                hint: 'Check that the host is up and that no firewall blocks the port.',
                retryable: true,
              },
            ),
      );
    };
    const forget = onAbort(limit.signal, expire);
    if (limit.signal.aborted) {
      expire();
      return;
    }
    const refuse = (error: Error): void => {
      forget();
      reject(
        new Failure(
          'unreachable',
          `${name}: jump host ${jumpName(jump)} cannot connect to ${place}: ${reasonOf(error)}`,
          {
            host: name,
            hint: 'Check that sshd runs on the host, and AllowTcpForwarding and PermitOpen in the sshd_config of the jump host.',
            retryable: true,
            cause: error,
          },
        ),
      );
    };
    try {
      client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
        if (error !== undefined) refuse(error);
        else if (limit.signal.aborted) channel.destroy();
        else {
          forget();
          resolve(channel);
        }
      });
    } catch (error) {
      refuse(error as Error);
    }
  }).finally(() => {
    limit.done();
  });
}

function reasonOf(error: Error): string {
  return error.message.replace(/^\(SSH\) /, '').replace(/^Channel open failure: /, '');
}

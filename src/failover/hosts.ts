import { guardFailure } from '../apply/guard-failure.ts';
import { FENCED } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import type { Command } from '../remote/command.ts';
import type { Result, RunOptions, Transport } from '../remote/transport.ts';

/** Opens another connection to a host whose current one may be dead. */
export type Reconnect = (host: string, signal: AbortSignal) => Promise<Transport>;

/**
 * The connections of a test. A cut cable may break a connection, so it can be replaced; replacements are closed at the
 * end, the original ones are left to the caller.
 */
export class Hosts {
  readonly #given: ReadonlyMap<string, Transport>;
  readonly #renewed = new Map<string, Transport>();
  readonly #reconnect: Reconnect | undefined;

  constructor(given: ReadonlyMap<string, Transport>, reconnect: Reconnect | undefined) {
    this.#given = given;
    this.#reconnect = reconnect;
  }

  get(host: string): Transport {
    const transport = this.#renewed.get(host) ?? this.#given.get(host);
    if (transport === undefined) throw new Failure('unreachable', `${host}: not connected`, { host });
    return transport;
  }

  /** Whether a lost connection can be replaced. */
  get canRenew(): boolean {
    return this.#reconnect !== undefined;
  }

  /** Replaces the connection of a host; does nothing without `reconnect`. @throws Failure */
  async renew(host: string, signal: AbortSignal): Promise<void> {
    if (this.#reconnect === undefined) return;
    const fresh = await this.#reconnect(host, signal);
    this.#renewed.get(host)?.close();
    this.#renewed.set(host, fresh);
  }

  /** Runs a command that must exit 0. @throws Failure: `locked` from a fence, `command` for another exit code. */
  async run(
    host: string,
    command: Command,
    timeoutMs: number,
    signal: AbortSignal,
    options: Pick<RunOptions, 'onLine' | 'onGiveUp'> = {},
  ): Promise<Result> {
    const result = await this.get(host).run(command, { timeoutMs, signal, ...options });
    if (result.exitCode === 0) return result;
    const { exitCode, stderr } = result;
    const fenced = exitCode === FENCED ? guardFailure(host, exitCode, stderr) : undefined;
    if (fenced !== undefined) throw fenced;
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new Failure('command', `${host}: ${reason === '' ? `a command exited with ${exitCode}` : reason}`, {
      host,
      exitCode,
      stderr,
    });
  }

  close(): void {
    for (const transport of this.#renewed.values()) transport.close();
  }
}

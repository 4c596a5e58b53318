import type { SshAccess } from './access.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import { cut } from '../text/cut.ts';

/** ms between SIGTERM and SIGKILL to the proxy */
const PATIENCE_MS = 2000;

/** ms in which a proxy that has closed its output may still print an error */
const LAST_WORDS_MS = 500;

/** Values that need no quoting in a shell command and do not look like an option. */
const SAFE = /^(?!-)[A-Za-z0-9_.:%@+-]+$/;

/**
 * Expands %h, %n, %p, %r and %% as OpenSSH does.
 * @throws Failure `inventory` for a value that a shell would not read as one word, or an unknown %-sequence.
 */
export function fillIn(
  template: string,
  name: string,
  access: Pick<SshAccess, 'host' | 'port' | 'user' | 'destination'>,
): string {
  const { host, port, user, destination = host } = access;
  const values: Readonly<Record<string, string>> = { h: host, n: destination, p: String(port), r: user };
  return template.replaceAll(/%(.?)/gs, (sequence, letter: string) => {
    if (letter === '%') return '%';
    const value = Object.hasOwn(values, letter) ? values[letter] : undefined;
    if (value === undefined) {
      throw new Failure(
        'inventory',
        `${name}: the proxy command contains ${sequence}, which is not one of %h, %n, %p, %r and %%`,
        {
          host: name,
        },
      );
    }
    if (!SAFE.test(value)) {
      throw new Failure(
        'inventory',
        `${name}: cannot replace ${sequence} in a proxy command safely: ${JSON.stringify(value)}`,
        { host: name },
      );
    }
    return value;
  });
}

/** The standard input and output of a proxy command as one stream. Destroying it terminates the command. */
export class ProxySocket extends Duplex {
  readonly #child: ChildProcess;
  #stderr = '';

  /** @param command a complete shell command */
  constructor(command: string) {
    super();
    // In its own process group, so that its children end with it and Ctrl-C does not cut the connection that clean-up
    // needs.
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.on('error', (error) => this.destroy(error));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4096);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // A command that has closed its output is useless; give it a moment to print why.
    child.stdout.on('end', () => {
      setTimeout(() => {
        this.#end('SIGTERM');
      }, LAST_WORDS_MS).unref();
    });
    // After `close` its standard error is complete too.
    child.on('close', () => {
      this.push(null);
      this.end();
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  }

  /** The last line of the command's standard error, or how it ended. */
  get lastWords(): string | undefined {
    const line = this.#stderr.trim().split('\n').at(-1);
    if (line !== undefined && line !== '') return cut(line.trim(), 400);
    if (this.#child.signalCode !== null) return `it was killed by ${this.#child.signalCode}`;
    return this.#child.exitCode === null ? undefined : `it exited with code ${this.#child.exitCode}`;
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // `close` reports the end of the command once; failing writes do not.
    this.#child.stdin?.write(chunk, () => {
      done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end('SIGTERM');
    setTimeout(() => {
      this.#end('SIGKILL');
    }, PATIENCE_MS).unref();
    done(error);
  }

  #end(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just exited.
    }
  }
}

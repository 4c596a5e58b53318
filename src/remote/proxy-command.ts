import type { SshAccess } from './access.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import { cut } from '../text/cut.ts';

/** ms between asking the proxy to end and making it */
const PATIENCE_MS = 2000;

/** ms in which a proxy that has closed its output may still complain */
const LAST_WORDS_MS = 500;

/** What a value may hold to stand unquoted in a shell command, and to not look like an option. */
const SAFE = /^(?!-)[A-Za-z0-9_.:%@+-]+$/;

/**
 * Fills in %h, %p, %r and %% as OpenSSH does.
 * @throws Failure `inventory` for a value that a shell would not take as one word, or an unknown %-sequence.
 */
export function fillIn(template: string, name: string, access: Pick<SshAccess, 'host' | 'port' | 'user'>): string {
  const values: Readonly<Record<string, string>> = { h: access.host, p: String(access.port), r: access.user };
  return template.replaceAll(/%(.?)/gs, (sequence, letter: string) => {
    if (letter === '%') return '%';
    const value = Object.hasOwn(values, letter) ? values[letter] : undefined;
    if (value === undefined) {
      throw new Failure('inventory', `${name}: the proxy command has ${sequence}, which is none of %h, %p, %r and %%`, {
        host: name,
      });
    }
    if (!SAFE.test(value)) {
      throw new Failure(
        'inventory',
        `${name}: ${JSON.stringify(value)} is not safe to put into a proxy command for ${sequence}`,
        { host: name },
      );
    }
    return value;
  });
}

/** The standard input and output of a proxy command as one stream. Destroying it ends the command. */
export class ProxySocket extends Duplex {
  readonly #child: ChildProcess;
  #stderr = '';

  /** @param command a shell command, complete */
  constructor(command: string) {
    super();
    // A group of its own: the proxy's own children end with it, and Ctrl-C does not cut what is needed to clean up.
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.on('error', (error) => this.destroy(error));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4096);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // A command that speaks no more is of no use; it gets a moment to say why.
    child.stdout.on('end', () => {
      setTimeout(() => {
        this.#end('SIGTERM');
      }, LAST_WORDS_MS).unref();
    });
    // After `close` all of its standard error is here too.
    child.on('close', () => {
      this.push(null);
      this.end();
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  }

  /** The last line that the command wrote to its standard error, or how it ended. */
  get lastWords(): string | undefined {
    const line = this.#stderr.trim().split('\n').at(-1);
    if (line !== undefined && line !== '') return cut(line.trim(), 400);
    if (this.#child.signalCode !== null) return `it was ended by ${this.#child.signalCode}`;
    return this.#child.exitCode === null ? undefined : `it ended with exit code ${this.#child.exitCode}`;
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // The end of the command is reported once, by `close`, not by every failing write.
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
      // It ended just now.
    }
  }
}

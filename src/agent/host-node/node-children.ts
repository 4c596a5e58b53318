import { spawn, type SpawnOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as host } from 'node:os';
import type { Exit, SpawnSpec } from '../shell/sys/sys.ts';

/** Child processes started by Node, which can set only the first group. */
export class NodeChildren {
  readonly #ended: () => void;
  #exits: Exit[] = [];

  /** @param ended called when there is a child to reap */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  spawn(spec: SpawnSpec): number {
    const [program = '', ...args] = spec.argv;
    try {
      // Node reports a missing program only later, and without its errno.
      accessSync(program, constants.X_OK);
      const [input, output, error] = spec.stdio;
      const options: SpawnOptions = {
        env: { ...spec.env },
        detached: true,
        stdio: [input ?? 'ignore', output ?? 'ignore', error ?? 'ignore'],
        ...(spec.identity === undefined ? {} : { uid: spec.identity.uid, gid: spec.identity.gid }),
      };
      const child = spawn(program, args, options);
      child.on('error', () => undefined);
      const pid = child.pid;
      if (pid === undefined) return -host.errno.EACCES;
      child.on('exit', (code, signal) => {
        this.#exits.push({
          pid,
          code: code ?? undefined,
          signal: signal === null ? undefined : host.signals[signal],
        });
        this.#ended();
      });
      return pid;
    } catch (error) {
      return errnoOf(error);
    }
  }

  reap(): readonly Exit[] {
    const exits = this.#exits;
    this.#exits = [];
    return exits;
  }
}

function errnoOf(error: unknown): number {
  const number = error instanceof Error && 'errno' in error ? error.errno : undefined;
  return typeof number === 'number' && number < 0 ? number : -host.errno.EIO;
}

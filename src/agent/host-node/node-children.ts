import { spawn, type SpawnOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as host } from 'node:os';
import type { Exit, SpawnSpec } from '../shell/sys/sys.ts';

/** Programs started by Node. Other groups than the first are dropped: Node can set no more. */
export class NodeChildren {
  readonly #ended: () => void;
  #exits: Exit[] = [];

  /** @param ended is called when there is something to reap */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  spawn(spec: SpawnSpec): number {
    const [program = '', ...args] = spec.argv;
    try {
      // Node tells later, and not by its errno, that there is no such program.
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

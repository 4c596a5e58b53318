import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import type { Command } from './command.ts';
import { converse } from './conversation.ts';
import { unreachedShell } from './privilege.ts';
import type { Result, RunOptions, Transport } from './transport.ts';

/** ms between SIGTERM and SIGKILL to a process group */
const PATIENCE_MS = 2000;

type Stop = () => void;

/** This machine as a host. Each run is a `/bin/sh` in its own process group. */
class LocalTransport implements Transport {
  readonly host: string;
  readonly #running = new Set<Stop>();

  constructor(host: string) {
    this.host = host;
  }

  async run(command: Command, options: RunOptions): Promise<Result> {
    const { uid, username } = userInfo();
    const [program, parameters] = uid === 0 ? ['/bin/sh', []] : ['sudo', ['-n', '/bin/sh']];
    const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let broken: string | undefined;
    child.on('error', (error) => {
      broken = error.message;
    });
    const letGo = (): void => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    };
    const signalGroup = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      if (uid !== 0) {
        const kill = ['-n', 'kill', `-${signal.slice(3)}`, '--', `-${child.pid}`];
        spawn('sudo', kill, { stdio: 'ignore' }).on('error', () => undefined);
        return;
      }
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has exited already.
      }
    };
    const stop = (): void => {
      signalGroup('SIGTERM');
      setTimeout(() => {
        signalGroup('SIGKILL');
      }, PATIENCE_MS).unref();
      letGo();
    };
    if (options.onGiveUp !== 'leave') {
      this.#running.add(stop);
      child.on('close', () => this.#running.delete(stop));
    }
    return await converse(child, command, options, {
      host: this.host,
      stop,
      letGo,
      lost: () => `cannot start /bin/sh: ${broken ?? 'it ended without an exit code'}`,
      unreached: (said, exitCode) => unreachedShell(this.host, username, said, exitCode),
    });
  }

  close(): void {
    for (const stop of this.#running) stop();
  }
}

/** The machine that lvsctl runs on, as a host. */
export function connectLocal(host: string): Transport {
  return new LocalTransport(host);
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Command } from '../../src/remote/command.ts';
import type { Ran } from './shells.ts';

/** This machine's root in namespaces of its own: whatever is changed in it is gone at the end, and it has no network. */
export interface ThrowawayRoot {
  /** Runs a script as root there. */
  run(script: Command | string): Ran;
  end(): void;
}

/**
 * Its first process is a shell, which collects the exit status of orphans as an init does. It reports that it is ready from
 * inside: a script that enters before runs in the root of this machine.
 */
const ENTER = `base=$(mktemp -d) && mount -t tmpfs tmpfs "$base" && cd "$base" && mkdir up work root &&
mount -t overlay overlay -o lowerdir=/,upperdir=up,workdir=work root && mount -t proc proc root/proc &&
mount --rbind /sys root/sys && mount --rbind /dev root/dev && mount -t tmpfs tmpfs root/run && mount -t tmpfs tmpfs root/tmp &&
mkdir -p root/mnt/given && { [ ! -d "$1" ] || cp -r "$1"/. root/mnt/given; } &&
hostname localhost && ip link set lo up && exec chroot root /bin/sh -c 'echo ready; while :; do sleep 86400 & wait $!; done'`;

/** @param folder of this machine, which is at /mnt/given there @throws Error when the namespaces cannot be made. */
export async function throwawayRoot(folder = '/var/empty'): Promise<ThrowawayRoot> {
  const options = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL', '--net', '--uts'];
  const child = spawn('unshare', [...options, '/bin/sh', '-c', ENTER, 'sh', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(child);
  const inside = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = ['--target', inside, '--mount', '--pid', '--net', '--uts', '--root', '--wd'];
  return {
    run: (script) => {
      const { status, stdout, stderr } = spawnSync('nsenter', [...enter, '/bin/sh'], {
        input: `{ :; ${typeof script === 'string' ? script : script.script}\n} </dev/null; exit $?\n`,
        encoding: 'utf8',
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root' },
      });
      return { exitCode: status, stdout, stderr };
    },
    end: () => child.kill('SIGKILL'),
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error(`the namespaces could not be made: ${said}`)));
  });
}

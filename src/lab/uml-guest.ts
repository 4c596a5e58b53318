import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { GuestDisks, GuestProgram } from './guest.ts';
import type { LabPaths } from './paths.ts';
import { run } from './run.ts';

const MEMORY = '1024M';

/**
 * User Mode Linux as a program: its memory is a file that must allow executable mappings, which /dev/shm in a
 * container often does not, so it gets a file system of its own.
 */
export async function umlGuest(
  paths: LabPaths,
  kernel: string,
  disks: GuestDisks,
  signal: AbortSignal,
): Promise<GuestProgram> {
  const memory = path.join(paths.folder, 'memory');
  const sockets = path.join(paths.folder, 'uml');
  await mkdir(memory, { recursive: true });
  await mkdir(sockets, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1100M,mode=700', 'lvsctl-lab', memory], { signal });
  return {
    cwd: kernel,
    env: { LD_LIBRARY_PATH: kernel, TMPDIR: memory },
    argv: [
      './linux',
      `mem=${MEMORY}`,
      'seccomp=on',
      `umid=${paths.name}`,
      `uml_dir=${sockets}/`,
      // r: read-only, so that labs can share an image.
      `ubd0r=${disks.root}`,
      `ubd1r=${disks.packages}`,
      `ubd2r=${disks.modules}`,
      `ubd3r=${disks.seed}`,
      'root=/dev/ubda',
      'ro',
      'rootfstype=ext4',
      'init=/usr/sbin/lab-guest-init',
      'vec0:transport=tap,ifname=tap0,depth=128,gro=1',
      'con=null',
      'con0=null,fd:1',
      'quiet',
    ],
  };
}

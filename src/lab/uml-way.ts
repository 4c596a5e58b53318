import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startGuest, type GuestDisks, type GuestProgram } from './guest.ts';
import { guestDisks } from './guest-disks.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import type { WayIngredients } from './ingredients.ts';
import type { LabPaths } from './paths.ts';
import { run } from '../toolbox/run.ts';
import { seedDisk } from './seed.ts';
import { umlKernel, type UmlSuite } from './uml.ts';
import { GUEST_SETTINGS, type PreparedWay } from './way.ts';

/** Megabytes of the guest, for the kernel and all that five hosts run and write; taken only as it is used. */
const MEMORY = 1280;

/** The hosts in User Mode Linux: a Linux kernel as a plain program, on any machine of its architecture. */
export async function prepareUml(
  context: BuildContext,
  { sources, hosts }: WayIngredients,
  suite: UmlSuite,
): Promise<PreparedWay> {
  const [ingredients, kernel] = await Promise.all([hosts, umlKernel(context, sources, suite)]);
  const disks = await guestDisks(context, ingredients, kernel);
  const [version = 'of unknown version'] = readdirSync(path.join(kernel, 'modules'));
  return {
    kernel: 'uml',
    title: `User Mode Linux ${version}`,
    settings: () => GUEST_SETTINGS,
    start: async (paths, signal) => {
      const memory = await memoryFolder(paths, signal);
      const seed = await seedDisk(paths, signal);
      await startGuest(paths, umlProgram(paths, kernel, memory, { ...disks, seed }), signal);
    },
    patience: 90_000,
  };
}

/**
 * The guest's memory is a file that must allow executable mappings. /dev/shm of a container often does not, and is
 * often too small as well, so the lab has a file system of its own for it.
 */
async function memoryFolder(paths: LabPaths, signal: AbortSignal): Promise<string> {
  const folder = path.join(paths.folder, 'memory');
  await mkdir(folder, { recursive: true });
  const options = `size=${String(MEMORY + 64)}M,mode=700`;
  await run('mount', ['-t', 'tmpfs', '-o', options, 'lvsctl-lab', folder], { signal });
  return folder;
}

/** The command line of User Mode Linux (linux/Documentation/virt/uml/user_mode_linux_howto_v2.rst). */
export function umlProgram(paths: LabPaths, kernel: string, memory: string, disks: GuestDisks): GuestProgram {
  return {
    cwd: kernel,
    env: { LD_LIBRARY_PATH: kernel, TMPDIR: memory },
    argv: [
      './linux',
      `mem=${String(MEMORY)}M`,
      'seccomp=on',
      `umid=${paths.name}`,
      `uml_dir=${paths.folder}/uml/`,
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

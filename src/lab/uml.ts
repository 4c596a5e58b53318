import path from 'node:path';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { type DebianSources, sourceLine } from '../toolbox/apt-sources.ts';
import { cacheName, cached } from '../toolbox/cache.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { openPrivateApt } from '../toolbox/private-apt.ts';
import { run } from '../toolbox/run.ts';
import { readdirSync } from 'node:fs';
import { type GuestDisks, type GuestProgram, disksInOrder, guestDisks, startGuest } from './guest.ts';
import type { WayIngredients } from './ingredients.ts';
import type { LabPaths } from './paths.ts';
import { seedDisk } from './seed.ts';
import type { Segment } from './topology.ts';
import { type PreparedWay, guestSettings } from './way.ts';

/** Suites to take User Mode Linux from, best first. Older ones panic on CPUs with a large vector state. */
export const UML_SUITES = ['forky', 'sid'] as const;
export type UmlSuite = (typeof UML_SUITES)[number];

const INTERPRETER = '/lib64/ld-linux-x86-64.so.2\0';

/**
 * A cached folder with User Mode Linux, able to run on machines with an older libc than it was built for:
 * `linux`, its own `ld.so` and `libc.so.6`, and `modules/VERSION`. It must be started with that folder as working
 * directory, because the path of the interpreter in it is made relative: an absolute one would have to be short.
 * Once fetched it stays, so that a version that works is not replaced by a newer one that may not.
 */
export function umlKernel(
  { cache, report, signal }: BuildContext,
  sources: DebianSources,
  suite: UmlSuite,
): Promise<string> {
  return cached(cache, cacheName(`uml-${suite}`, ['user-mode-linux', 'libc6']), async (target) => {
    report(`fetching User Mode Linux from Debian ${suite} (once, 38 MB)`);
    const work = path.join(target, '.work');
    const unpacked = path.join(work, 'unpacked');
    await mkdir(unpacked, { recursive: true });
    const { apt } = await openPrivateApt(path.join(work, 'apt'), [sourceLine(sources.archive, suite)], signal);
    // Exactly these two: none of their dependencies runs.
    await apt('apt-get', ['download', '-qq', 'user-mode-linux', 'libc6'], work);
    for (const deb of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['--extract', path.join(work, deb), unpacked], { signal });
    }
    const libraries = path.join(unpacked, 'usr', 'lib', 'x86_64-linux-gnu');
    await copyFile(path.join(libraries, 'ld-linux-x86-64.so.2'), path.join(target, 'ld.so'));
    await chmod(path.join(target, 'ld.so'), 0o755);
    await copyFile(path.join(libraries, 'libc.so.6'), path.join(target, 'libc.so.6'));
    const program = withInterpreter(await readFile(path.join(unpacked, 'usr', 'bin', 'linux.uml')), 'ld.so');
    await writeFile(path.join(target, 'linux'), program, { mode: 0o755 });
    await rename(path.join(unpacked, 'usr', 'lib', 'uml', 'modules'), path.join(target, 'modules'));
    await rm(work, { recursive: true });
  });
}

/**
 * The same ELF program with another dynamic loader.
 * @throws Failure `lab` when the program does not name the usual loader exactly once, or the new name is longer
 */
export function withInterpreter(program: Buffer, interpreter: string): Buffer {
  const at = program.indexOf(INTERPRETER);
  if (at < 0 || program.indexOf(INTERPRETER, at + 1) >= 0 || interpreter.length >= INTERPRETER.length) {
    throw new Failure('lab', 'cannot change the loader of this User Mode Linux: unexpected build');
  }
  const changed = Buffer.from(program);
  changed.fill(0, at, at + INTERPRETER.length).write(interpreter, at, 'latin1');
  return changed;
}

/** Megabytes of the guest, for the kernel and all that the hosts run and write; taken only as they are used. */
export function guestMemory(hosts: number): number {
  return 512 + 160 * hosts;
}

/** The hosts in User Mode Linux: a Linux kernel as a plain program, on any machine of its architecture. */
export async function prepareUml(
  context: BuildContext,
  ingredients: WayIngredients,
  suite: UmlSuite,
): Promise<PreparedWay> {
  const [kernel] = await Promise.all([umlKernel(context, ingredients.sources, suite), ingredients.hosts]);
  const disks = await guestDisks(context, ingredients, kernel);
  const [version = 'of unknown version'] = readdirSync(path.join(kernel, 'modules'));
  return {
    kernel: 'uml',
    title: `User Mode Linux ${version}`,
    settings: () => guestSettings(ingredients),
    start: async (paths, topology, signal) => {
      const megabytes = guestMemory(topology.hosts.length);
      const memory = await memoryFolder(paths, megabytes, signal);
      const seed = await seedDisk(paths, signal);
      const machine = { paths, kernel, memory, megabytes, segments: topology.segments };
      await startGuest(paths, topology, umlProgram(machine, { ...disks, seed }), signal);
    },
    patience: 90_000,
  };
}

/**
 * The guest's memory is a file that must allow executable mappings. /dev/shm of a container often does not, and is
 * often too small as well, so the lab has a file system of its own for it.
 */
async function memoryFolder(paths: LabPaths, megabytes: number, signal: AbortSignal): Promise<string> {
  const folder = path.join(paths.folder, 'memory');
  await mkdir(folder, { recursive: true });
  const options = `size=${String(megabytes + 64)}M,mode=700`;
  await run('mount', ['-t', 'tmpfs', '-o', options, 'lvsctl-lab', folder], { signal });
  return folder;
}

interface UmlMachine {
  readonly paths: LabPaths;
  readonly kernel: string;
  /** Folder of the guest's memory. */
  readonly memory: string;
  readonly megabytes: number;
  readonly segments: readonly Segment[];
}

/** The command line of User Mode Linux (linux/Documentation/virt/uml/user_mode_linux_howto_v2.rst). */
export function umlProgram(machine: UmlMachine, disks: GuestDisks): GuestProgram {
  const { paths, kernel, memory, megabytes, segments } = machine;
  return {
    cwd: kernel,
    env: { LD_LIBRARY_PATH: kernel, TMPDIR: memory },
    argv: [
      './linux',
      `mem=${String(megabytes)}M`,
      'seccomp=on',
      `umid=${paths.name}`,
      `uml_dir=${paths.folder}/uml/`,
      // r: read-only, so that labs can share an image.
      ...disksInOrder(disks).map((file, index) => `ubd${String(index)}r=${file}`),
      'root=/dev/ubda',
      'ro',
      'rootfstype=ext4',
      'init=/usr/sbin/lab-guest-init',
      ...segments.map(
        ({ uplink }, index) =>
          `vec${String(index)}:transport=tap,ifname=tap${String(index)},depth=128,gro=1,mac=${uplink}`,
      ),
      'con=null',
      'con0=null,fd:1',
      'quiet',
    ],
  };
}

import path from 'node:path';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import type { DebianSources } from '../toolbox/apt-sources.ts';
import { cacheName, cached } from '../toolbox/cache.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { openPrivateApt } from '../toolbox/private-apt.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES, templatesDigest } from './templates.ts';
import { readdirSync } from 'node:fs';
import { type GuestDisks, type GuestProgram, disksInOrder, guestDisks, startGuest } from './guest.ts';
import type { WayIngredients } from './ingredients.ts';
import { seedDisk } from './seed.ts';
import type { Topology } from './topology.ts';
import { guestMemory } from './uml.ts';
import { type PreparedWay, guestSettings } from './way.ts';

/** Debian's kernel for virtual machines: small, and all it needs for a disk and a network card of qemu are modules. */
const KERNEL_PACKAGE = 'linux-image-cloud-amd64';

/** Without these the guest would not find its root. */
const BOOT_MODULES = ['virtio_pci', 'virtio_blk', 'ext4'];

/** A cached folder with `vmlinuz`, `initrd` and `modules/VERSION` of Debian's cloud kernel. Nothing is installed. */
export function cloudKernel(context: BuildContext, sources: DebianSources): Promise<string> {
  const { cache, report, signal } = context;
  const name = cacheName(`kernel-${sources.suite}`, [
    KERNEL_PACKAGE,
    ...BOOT_MODULES,
    templatesDigest(['initrd-init']),
  ]);
  return cached(cache, name, async (target) => {
    report(`fetching the kernel ${KERNEL_PACKAGE} from Debian ${sources.suite} (once)`);
    const work = path.join(target, '.work');
    const unpacked = path.join(work, 'unpacked');
    await mkdir(unpacked, { recursive: true });
    const { apt } = await openPrivateApt(path.join(work, 'apt'), sources.lines, signal);
    // The named package is empty and depends on the one of the current version.
    const { stdout } = await apt('apt-cache', ['depends', '--important', KERNEL_PACKAGE]);
    const real = /Depends: (linux-image-\d\S+)/.exec(stdout)?.[1];
    if (real === undefined)
      throw new Failure('lab', `${KERNEL_PACKAGE} depends on no kernel in Debian ${sources.suite}`);
    await apt('apt-get', ['download', '-qq', real], work);
    for (const deb of (await readdir(work)).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg-deb', ['--extract', path.join(work, deb), unpacked], { signal });
    }
    const version = real.replace('linux-image-', '');
    await copyFile(path.join(unpacked, 'boot', `vmlinuz-${version}`), path.join(target, 'vmlinuz'));
    await makeInitrd(unpacked, version, path.join(target, 'initrd'), signal);
    const modules = (await readdir(unpacked)).includes('lib') ? 'lib/modules' : 'usr/lib/modules';
    await rename(path.join(unpacked, modules), path.join(target, 'modules'));
    await rm(work, { recursive: true });
  });
}

/** The smallest initial root: busybox, the drivers of the root disk in their order, and one script. */
async function makeInitrd(unpacked: string, version: string, target: string, signal: AbortSignal): Promise<void> {
  const tree = `${unpacked}.initrd`;
  for (const folder of ['bin', 'modules', 'proc', 'dev', 'root']) {
    await mkdir(path.join(tree, folder), { recursive: true });
  }
  await copyFile(path.join(LAB_TEMPLATES, 'initrd-init'), path.join(tree, 'init'));
  await run('chmod', ['755', path.join(tree, 'init')], { signal });
  await copyProgram('/bin/busybox', tree, signal);
  await run('depmod', ['--basedir', unpacked, version], { signal });
  const lookUp = ['--show-depends', '--dirname', unpacked, '--set-version', version, '--all', ...BOOT_MODULES];
  const { stdout } = await run('modprobe', lookUp, { signal });
  const files = [...new Set(loadOrder(stdout))];
  for (const [index, file] of files.entries()) {
    const place = path.join(tree, 'modules', `${String(index).padStart(2, '0')}-${path.basename(file)}`);
    await copyFile(file, place);
    if (place.endsWith('.xz')) await run('busybox', ['unxz', place], { signal });
  }
  const names = await readdir(tree, { recursive: true });
  await run('busybox', ['cpio', '-o', '-H', 'newc', '-F', target], {
    signal,
    cwd: tree,
    input: `${names.join('\n')}\n`,
  });
}

/** The files that `modprobe --show-depends` says to load, in its order; built-in ones have none. */
export function loadOrder(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => /^insmod (\S+)/.exec(line)?.[1])
    .filter((file) => file !== undefined);
}

/** Copies a program and the libraries that it is linked with, each to the path where it looks for them. */
async function copyProgram(program: string, tree: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await run('ldd', [program], { signal, accept: [1] });
  const libraries = [...stdout.matchAll(/(?<!\S)(\/\S+) \(0x/g)].map(([, file = '']) => file);
  for (const file of [program, ...libraries]) {
    await mkdir(path.join(tree, path.dirname(file)), { recursive: true });
    await copyFile(file, path.join(tree, file));
  }
}

const PROGRAM = 'qemu-system-x86_64';

/** The arguments that say how instructions are carried out, and how long five hosts may take to start. */
interface Acceleration {
  readonly title: string;
  readonly args: readonly string[];
  readonly patience: number;
}

const KVM: Acceleration = { title: 'KVM', args: ['-accel', 'kvm', '-cpu', 'host'], patience: 90_000 };
const TCG: Acceleration = {
  title: 'emulation, which is slow',
  args: ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max'],
  patience: 420_000,
};

/** The hosts in an emulated machine: it works everywhere, and ten times slower unless the machine offers KVM. */
export async function prepareQemu(context: BuildContext, ingredients: WayIngredients): Promise<PreparedWay> {
  const [kernel] = await Promise.all([cloudKernel(context, ingredients.sources), ingredients.hosts]);
  const disks = await guestDisks(context, ingredients, kernel);
  const acceleration = (await kvmWorks(kernel, context.signal)) ? KVM : TCG;
  const [version = 'of unknown version'] = readdirSync(path.join(kernel, 'modules'));
  return {
    kernel: 'qemu',
    title: `Linux ${version} in qemu with ${acceleration.title}`,
    settings: () => guestSettings(ingredients),
    start: async (paths, topology, signal) => {
      const seed = await seedDisk(paths, signal);
      await startGuest(paths, topology, qemuProgram(kernel, acceleration.args, topology, { ...disks, seed }), signal);
    },
    patience: acceleration.patience,
  };
}

/**
 * Whether a kernel really runs under KVM here; a /dev/kvm that can be opened proves little. Without a root it panics
 * after a second, having said its version.
 */
async function kvmWorks(kernel: string, signal: AbortSignal): Promise<boolean> {
  const guest = words('-m 256M -nodefaults -no-user-config -display none -no-reboot -serial stdio');
  const boot = ['-kernel', path.join(kernel, 'vmlinuz'), '-append', 'console=ttyS0 panic=-1'];
  const { stdout } = await run('timeout', ['--signal=KILL', '10', PROGRAM, ...KVM.args, ...guest, ...boot], {
    signal,
    accept: 'any',
  });
  return stdout.includes('Linux version') && stdout.includes('Kernel panic');
}

/**
 * The command line of qemu: its read-only disks, a card on the tap of each segment, and nothing else. The disks are
 * disks, and a User Mode Linux that reads the same ones would fail qemu's locks.
 */
export function qemuProgram(
  kernel: string,
  acceleration: readonly string[],
  { hosts, segments }: Pick<Topology, 'hosts' | 'segments'>,
  disks: GuestDisks,
): GuestProgram {
  const drives = disksInOrder(disks).flatMap((file, index) => [
    '-drive',
    `id=d${String(index)},file=${file.replaceAll(',', ',,')},format=raw,if=none,readonly=on,cache=unsafe,file.locking=off`,
    '-device',
    `virtio-blk-pci,drive=d${String(index)}`,
  ]);
  return {
    cwd: kernel,
    env: {},
    argv: [
      PROGRAM,
      ...acceleration,
      ...words(`-M q35 -smp 2 -m ${String(guestMemory(hosts.length) + 256)}M`),
      ...words('-nodefaults -no-user-config -display none -no-reboot -serial stdio'),
      '-kernel',
      path.join(kernel, 'vmlinuz'),
      '-initrd',
      path.join(kernel, 'initrd'),
      '-append',
      'console=ttyS0 quiet loglevel=3 mitigations=off tsc=reliable no_timer_check audit=0 panic=-1',
      ...drives,
      ...segments.flatMap(({ uplink }, index) => {
        const [tap, id] = [`tap${String(index)}`, `n${String(index)}`];
        const card = `-device virtio-net-pci,netdev=${id},mac=${uplink}`;
        return words(`-netdev tap,id=${id},ifname=${tap},script=no,downscript=no ${card}`);
      }),
      ...words('-device virtio-rng-pci'),
    ],
  };
}

/** Arguments without blanks in them, as one would type them. */
function words(text: string): readonly string[] {
  return text.split(' ');
}

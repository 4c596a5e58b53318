import { readdirSync } from 'node:fs';
import path from 'node:path';
import { startGuest, type GuestDisks, type GuestProgram } from './guest.ts';
import { guestDisks } from './guest-disks.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import type { WayIngredients } from './ingredients.ts';
import { cloudKernel } from './qemu.ts';
import { run } from '../toolbox/run.ts';
import { seedDisk } from './seed.ts';
import { GUEST_SETTINGS, type PreparedWay } from './way.ts';

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
export async function prepareQemu(context: BuildContext, { sources, hosts }: WayIngredients): Promise<PreparedWay> {
  const [ingredients, kernel] = await Promise.all([hosts, cloudKernel(context, sources)]);
  const disks = await guestDisks(context, ingredients, kernel);
  const acceleration = (await kvmWorks(kernel, context.signal)) ? KVM : TCG;
  const [version = 'of unknown version'] = readdirSync(path.join(kernel, 'modules'));
  return {
    kernel: 'qemu',
    title: `Linux ${version} in qemu with ${acceleration.title}`,
    settings: () => GUEST_SETTINGS,
    start: async (paths, signal) => {
      const seed = await seedDisk(paths, signal);
      await startGuest(paths, qemuProgram(kernel, acceleration.args, { ...disks, seed }), signal);
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
 * The command line of qemu: four read-only disks, one card on the lab's tap, and nothing else. Nobody writes to the
 * disks, and a User Mode Linux that reads the same ones would fail qemu's locks.
 */
export function qemuProgram(kernel: string, acceleration: readonly string[], disks: GuestDisks): GuestProgram {
  const images = [disks.root, disks.packages, disks.modules, disks.seed];
  const drives = images.flatMap((file, index) => [
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
      ...words('-M q35 -smp 2 -m 1536M -nodefaults -no-user-config -display none -no-reboot -serial stdio'),
      '-kernel',
      path.join(kernel, 'vmlinuz'),
      '-initrd',
      path.join(kernel, 'initrd'),
      '-append',
      'console=ttyS0 quiet loglevel=3 mitigations=off tsc=reliable no_timer_check audit=0 panic=-1',
      ...drives,
      ...words('-netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=n0'),
      ...words('-device virtio-rng-pci'),
    ],
  };
}

/** Arguments without blanks in them, as one would type them. */
function words(text: string): readonly string[] {
  return text.split(' ');
}

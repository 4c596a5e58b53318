import { existsSync } from 'node:fs';
import { Failure } from '../failure.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { run } from '../toolbox/run.ts';
import type { LabKernel } from './state.ts';

/** A program of this machine that the lab starts, and where it comes from. */
interface Need {
  readonly program: string;
  readonly package: string;
  readonly why: string;
  /** The kernels that need it; all of them when it is left out. */
  readonly kernels?: readonly LabKernel[];
}

const NEEDS: readonly Need[] = [
  { program: 'mmdebstrap', package: 'mmdebstrap', why: 'builds the base system of the hosts' },
  { program: 'ip', package: 'iproute2', why: 'makes the network of the lab' },
  { program: 'ssh', package: 'openssh-client', why: 'lab exec, and the keys of the lab' },
  { program: 'busybox', package: 'busybox', why: 'its nc carries ssh into the lab' },
  { program: 'systemd-nspawn', package: 'systemd-container', why: 'runs the hosts', kernels: ['host'] },
  { program: 'mke2fs', package: 'e2fsprogs', why: 'makes the disks of the guest', kernels: ['uml', 'qemu'] },
  { program: 'modprobe', package: 'kmod', why: 'finds the modules of a guest kernel', kernels: ['host', 'qemu'] },
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86', why: 'runs the guest kernel', kernels: ['qemu'] },
];

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Sees to it that the machine has what the lab needs on this kernel.
 * @throws Failure `lab` with all that is missing, by name and reason, when apt may not install it
 */
export async function meetNeeds(kernel: LabKernel, { install, report, signal }: BuildContext): Promise<void> {
  const missing = missingNeeds(kernel);
  if (missing.length === 0) return;
  const packages = missing.map((need) => need.package);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!install) {
    const reasons = missing.map((need) => `${need.package} (${need.why})`).join(', ');
    throw new Failure('lab', `the lab needs packages that this machine does not have: ${reasons}`, {
      hint: `Run \`${command}\`, or start the lab with --install.`,
    });
  }
  report(`installing ${packages.join(', ')} with apt`);
  const aptInstall = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages];
  try {
    await run('apt-get', aptInstall, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    // No lists yet, or lists that name versions which are gone: fetch them and try once more.
    await run('apt-get', ['update', '-qq'], { signal });
    await run('apt-get', aptInstall, { signal });
  }
}

export function missingNeeds(kernel: LabKernel, exists: (file: string) => boolean = existsSync): readonly Need[] {
  return NEEDS.filter((need) => need.kernels?.includes(kernel) ?? true).filter(
    (need) => !FOLDERS.some((folder) => exists(`${folder}/${need.program}`)),
  );
}

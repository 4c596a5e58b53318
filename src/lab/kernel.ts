import path from 'node:path';
import { Failure } from '../failure.ts';
import type { LabKernel } from './state.ts';
import { UML_SUITES, type UmlSuite } from './uml.ts';
import { existsSync, readFileSync } from 'node:fs';
import type { BuildContext } from '../toolbox/build-context.ts';
import { run } from '../toolbox/run.ts';
import { rm } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { replaceFile } from '../disk/replace-file.ts';

/** One way to try, with the reason for it, which completes the sentence "kernel uml: …". */
export type Candidate =
  | { readonly kernel: 'host' | 'qemu'; readonly because: string }
  | { readonly kernel: 'uml'; readonly because: string; readonly suite: UmlSuite };

export interface Machine {
  /** As Node names it: `x64`. */
  readonly architecture: string;
  /** Why the machine's own kernel will not do; undefined when it will. */
  readonly hostRefusal: string | undefined;
}

/**
 * The ways to try, in order. What was asked for by name is tried alone; `auto` prefers the machine's own kernel, then
 * a kernel that is a program, then an emulated machine.
 * @throws Failure `lab` when there is none
 */
export function candidates(requested: LabKernel | 'auto', machine: Machine): readonly Candidate[] {
  const { architecture, hostRefusal } = machine;
  const isAsked = (kernel: LabKernel): boolean => requested === kernel || requested === 'auto';
  if (requested === 'host' && hostRefusal !== undefined) {
    throw new Failure('lab', `kernel host does not work here: ${hostRefusal}`, {
      hint: 'Omit --kernel to use a kernel that comes with the lab.',
    });
  }
  const host: Candidate = { kernel: 'host', because: requested === 'auto' ? 'this kernel has ip_vs' : 'as asked' };
  const ways = isAsked('host') && hostRefusal === undefined ? [host] : [];
  if (architecture !== 'x64') {
    if (ways.length > 0) return ways;
    throw new Failure('lab', `the lab's own kernels run on amd64 only; this machine is ${architecture}`, {
      hint: 'Load ip_vs on this machine and use --kernel host, which works on any architecture.',
    });
  }
  const because = requested === 'auto' ? (hostRefusal ?? host.because) : 'as asked';
  const uml = UML_SUITES.map((suite): Candidate => ({ kernel: 'uml', because, suite }));
  return [...ways, ...(isAsked('uml') ? uml : []), ...(isAsked('qemu') ? [{ kernel: 'qemu', because } as const] : [])];
}

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
  { program: 'ip', package: 'iproute2', why: 'creates the network of the lab' },
  { program: 'ssh', package: 'openssh-client', why: 'for lab exec and the keys of the lab' },
  { program: 'busybox', package: 'busybox', why: 'its nc carries ssh into the lab' },
  { program: 'systemd-nspawn', package: 'systemd-container', why: 'runs the hosts', kernels: ['host'] },
  { program: 'mke2fs', package: 'e2fsprogs', why: 'creates the disks of the guest', kernels: ['uml', 'qemu'] },
  { program: 'modprobe', package: 'kmod', why: 'finds modules of a guest kernel', kernels: ['host', 'qemu'] },
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
    throw new Failure('lab', `the lab needs packages that are not installed: ${reasons}`, {
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

/** A guest kernel that died on this machine will die again: `auto` then saves the wait. A time-out proves nothing. */
interface Refusal {
  readonly machine: string;
  readonly why: string;
}

const machine = (): string => `${release()} on ${cpus()[0]?.model ?? 'an unknown CPU'}`;

const fileOf = (cache: string, candidate: Candidate): string =>
  path.join(cache, `refused-${candidate.kernel}${candidate.kernel === 'uml' ? `-${candidate.suite}` : ''}.json`);

/** Why this way did not work here before; undefined when that is not known. */
export function knownRefusal(cache: string, candidate: Candidate): string | undefined {
  try {
    const refusal = JSON.parse(readFileSync(fileOf(cache, candidate), 'utf8')) as Refusal;
    return refusal.machine === machine() ? refusal.why : undefined;
  } catch {
    return undefined;
  }
}

export async function rememberRefusal(cache: string, candidate: Candidate, failure: Failure): Promise<void> {
  if (failure.detail.retryable !== false) return;
  await makeOwnFolder(cache, { code: 'lab', hint: 'Set XDG_CACHE_HOME to a folder that only you can write to.' });
  const refusal: Refusal = { machine: machine(), why: failure.message };
  await replaceFile(fileOf(cache, candidate), `${JSON.stringify(refusal, undefined, 2)}\n`, 0o644);
}

export async function forgetRefusal(cache: string, candidate: Candidate): Promise<void> {
  await rm(fileOf(cache, candidate), { force: true });
}

import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabPaths } from './paths.ts';
import { isAlive, readRecords } from '../toolbox/processes.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES } from './templates.ts';
import type { Topology } from './topology.ts';
import { builtOnce } from '../toolbox/build-lock.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { distributionImage } from './distributions/build.ts';
import { makeImage } from './image.ts';
import type { WayIngredients } from './ingredients.ts';

/** The read-only disks of a guest kernel, in the order in which its `guest-init` script takes them. */
export interface GuestDisks {
  readonly root: string;
  readonly packages: string;
  readonly modules: string;
  readonly seed: string;
  /** Of further distributions, in the order of the ingredients. */
  readonly distributions: readonly string[];
}

/** How a program is started that runs a guest kernel. */
export interface GuestProgram {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Set for this one program only, and not for what starts it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a guest kernel in the lab's control namespace, in a session of its own: it outlives lvsctl. What it prints
 * goes to the lab's console file.
 */
export async function startGuest(
  paths: LabPaths,
  { segments }: Topology,
  program: GuestProgram,
  signal: AbortSignal,
): Promise<void> {
  const taps = segments.map(({ control }) => control.join());
  await run('bash', [path.join(LAB_TEMPLATES, 'control'), paths.folder, ...taps], { signal });
  await mkdir(paths.processes, { recursive: true });
  await mkdir(paths.console, { recursive: true });
  const log = await open(path.join(paths.console, 'guest'), 'w');
  try {
    const record = [path.join(LAB_TEMPLATES, 'record'), path.join(paths.processes, 'guest')];
    const env = Object.entries(program.env).map(([key, value]) => `${key}=${value}`);
    const child = spawn(
      'nsenter',
      [`--net=${paths.controlNamespace}`, '--', 'sh', ...record, 'env', ...env, ...program.argv],
      { cwd: program.cwd, detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    await once(child, 'spawn');
    await recorded(paths);
    child.unref();
  } finally {
    await log.close();
  }
}

/** Waits for the process to have said who it is: from then on it can be found and ended, whatever becomes of us. */
async function recorded(paths: LabPaths): Promise<void> {
  for (let round = 0; round < 200 && !readRecords(paths.processes).has('guest'); round += 1) await sleep(10);
}

/** Why waiting for a host is pointless: its kernel or the host itself has ended. Otherwise undefined. */
export async function deathOf(paths: LabPaths, host: string): Promise<string | undefined> {
  const records = readRecords(paths.processes);
  const name = records.has('guest') ? 'guest' : host;
  const record = records.get(name);
  if (record === undefined || isAlive(record)) return undefined;
  const text = await readFile(path.join(paths.console, name), 'utf8').catch(() => '');
  return `${name === 'guest' ? 'the guest kernel' : host} ended: ${significantLine(text)}`;
}

/** The most relevant line of a console log: the first panic or error, else the last line. */
export function significantLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.find((line) => /panic|ptrace|cannot|failed|error/i.test(line)) ?? lines.at(-1) ?? 'no output';
}

/** The images of root, packages, modules and distributions; the kernel's folder has its modules in `modules/VERSION`. */
export async function guestDisks(
  context: BuildContext,
  { hosts, distributions }: WayIngredients,
  kernel: string,
): Promise<Omit<GuestDisks, 'seed'>> {
  const { base, packages } = await hosts;
  const [root, packagesDisk, modules] = await Promise.all([
    diskImage(context, base, '.'),
    diskImage(context, packages, '.'),
    diskImage(context, kernel, 'modules'),
  ]);
  const others: string[] = [];
  for (const one of distributions) others.push(await distributionImage(context, one));
  return { root, packages: packagesDisk, modules, distributions: others };
}

/** A cached image of a cached folder. */
function diskImage(context: BuildContext, folder: string, inside: string): Promise<string> {
  return builtOnce(context, `${path.basename(folder)}.ext4`, (target) =>
    makeImage(path.join(folder, inside), target, context.signal),
  );
}

/** All disks in the order in which a guest gets them. */
export function disksInOrder({ root, packages, modules, seed, distributions }: GuestDisks): readonly string[] {
  return [root, packages, modules, seed, ...distributions];
}

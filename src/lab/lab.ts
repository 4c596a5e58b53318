import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.ts';
import { readDebianSources } from './apt-sources.ts';
import { baseSystem } from './base.ts';
import { removeUnfinished } from './cache.ts';
import { removeLab } from './cleanup.ts';
import { guestDeath, startGuest } from './guest.ts';
import { diskImage } from './guest-disks.ts';
import { inventoryText, sshConfigText } from './inventory-file.ts';
import { meetNeeds } from './needs.ts';
import { LAB_HOSTS } from './network.ts';
import { offlinePackages } from './packages.ts';
import { labCacheFolder, labPaths } from './paths.ts';
import { thisProcess } from './processes.ts';
import { waitForHost } from './ready.ts';
import { makeSeed, seedDisk } from './seed.ts';
import { bootIdentity, labCondition, writeState } from './state.ts';
import { umlKernel } from './uml.ts';
import { umlGuest } from './uml-guest.ts';

export async function labUp(
  options: { readonly name: string; readonly kernel: string; readonly install: boolean },
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const paths = labPaths(options.name);
  if (labCondition(paths).is === 'up') return;
  await removeLab(paths);
  await meetNeeds('uml', options.install, report, signal);
  const cache = labCacheFolder(process.env);
  await removeUnfinished(cache);
  const sources = await readDebianSources(signal);
  report('base');
  const [base, uml] = await Promise.all([
    baseSystem(cache, sources, signal),
    umlKernel(cache, sources, 'forky', signal),
  ]);
  report('packages');
  const packages = await offlinePackages(cache, base, sources, signal);
  report('disks');
  const [rootDisk, packagesDisk, modulesDisk] = await Promise.all([
    diskImage(cache, base, '.', signal),
    diskImage(cache, packages, '.', signal),
    diskImage(cache, uml, 'modules', signal),
  ]);
  report('start');
  await mkdir(paths.folder, { recursive: true, mode: 0o755 });
  const state = {
    format: 1,
    name: options.name,
    phase: 'starting',
    kernel: 'uml',
    because: '',
    withoutPackages: [],
    boot: bootIdentity(),
    owner: thisProcess(),
  } as const;
  await writeState(paths, state);
  try {
    await makeSeed(
      paths,
      {
        work: '/run/lab',
        lower: '/',
        packages: '/mnt/Packages',
        modules: '/usr/lib/modules',
        capabilities: 'all',
        writable: 'yes',
        withoutPackages: [],
      },
      signal,
    );
    const seed = await seedDisk(paths, signal);
    const program = await umlGuest(
      paths,
      uml,
      { root: rootDisk, packages: packagesDisk, modules: modulesDisk, seed },
      signal,
    );
    await startGuest(paths, program, signal);
    await Promise.all(
      LAB_HOSTS.map(async (host) => {
        await waitForHost(paths, host, { total: 90_000, hopeless: () => undefined }, signal);
        report(`${host.name} answers`);
      }),
    );
    await writeFile(paths.inventory, inventoryText(paths));
    await writeFile(paths.sshConfig, sshConfigText(paths));
    await writeState(paths, { ...state, phase: 'up' });
  } catch (error) {
    report((await guestDeath(paths)) ?? 'no death');
    if (process.env['KEEP'] === undefined) await removeLab(paths);
    throw error;
  }
  void path;
  void Failure;
}

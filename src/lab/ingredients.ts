import path from 'node:path';
import { builtOnce } from '../toolbox/build-lock.ts';
import { cacheName } from '../toolbox/cache.ts';
import { type DebianSources, readDebianSources } from '../toolbox/apt-sources.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import type { BuildableDistribution } from './distributions/build.ts';
import { type ChosenDistributions, withoutBase } from './distributions/choice.ts';
import { COMMON_PACKAGES, OFFLINE_PACKAGES, SYSTEMD_PACKAGES } from './distributions/distribution.ts';
import { baseDistribution, distributionNamed } from './distributions/distributions.ts';
import { collectPackages } from './distributions/offline.ts';
import { makeRoot } from './distributions/root.ts';
import { suiteSources } from './distributions/suite-sources.ts';
import { templatesDigest } from './templates.ts';

/** What every host has from the start, besides the minimum of Debian. */
const BASE_PACKAGES = [
  ...SYSTEMD_PACKAGES,
  ...COMMON_PACKAGES,
  // The base is also the root of guest kernels, and there it is what starts the hosts.
  'systemd-container',
];

/** The cached root file system below most hosts: a folder, owned by root, with nothing in it that is of one lab. */
function baseSystem(context: BuildContext, sources: DebianSources): Promise<string> {
  const name = cacheName('base', [
    sources.suite,
    ...BASE_PACKAGES,
    templatesDigest(['base', 'base-setup', 'guest-init']),
  ]);
  return builtOnce(context, name, async (target) => {
    context.report(`building the hosts' base system from Debian ${sources.suite} (once, about a minute)`);
    await makeRoot({ packages: BASE_PACKAGES, variant: 'minbase', setup: ['base-setup'] }, sources, target, context);
  });
}

/** The cached package folder that hosts see at /mnt/Packages: a flat apt repository. */
function offlinePackages(context: BuildContext, base: string, sources: DebianSources): Promise<string> {
  const name = cacheName('packages', [path.basename(base), ...OFFLINE_PACKAGES]);
  return builtOnce(context, name, async (target) => {
    context.report('collecting the packages for the offline mount (once)');
    await collectPackages({ packages: OFFLINE_PACKAGES, sources: [] }, base, sources, target, context);
  });
}

/** The system and the packages of the hosts, which every lab has, on any kernel. */
export interface HostIngredients {
  readonly base: string;
  readonly packages: string;
}

/** What one way of starting gets: it can fetch a kernel while the hosts' ingredients are still being built. */
export interface WayIngredients {
  readonly sources: DebianSources;
  readonly hosts: Promise<HostIngredients>;
  /** The name of what hosts are unless another distribution is chosen. */
  readonly base: string;
  /** What else hosts are; built by the way, as a folder or an image. */
  readonly distributions: readonly BuildableDistribution[];
}

/**
 * Starts to build what the hosts need.
 * @throws Failure `lab` when the archive does not have a distribution
 */
export async function gatherIngredients(context: BuildContext, chosen: ChosenDistributions): Promise<WayIngredients> {
  const sources = await readDebianSources(context);
  const base = baseDistribution(sources.suite);
  const distributions: BuildableDistribution[] = [];
  for (const id of new Set(Object.values(withoutBase(chosen, base)))) {
    const distribution = distributionNamed(id);
    if (distribution === undefined) continue;
    distributions.push({ distribution, sources: await suiteSources(distribution, sources, context) });
  }
  return { sources, hosts: hostIngredients(context, sources), base, distributions };
}

async function hostIngredients(context: BuildContext, sources: DebianSources): Promise<HostIngredients> {
  const base = await baseSystem(context, sources);
  return { base, packages: await offlinePackages(context, base, sources) };
}

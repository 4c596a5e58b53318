import { existsSync } from 'node:fs';
import { mkdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { builtOnce } from '../../toolbox/build-lock.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { cacheName } from '../../toolbox/cache.ts';
import { run } from '../../toolbox/run.ts';
import { makeImage } from '../image.ts';
import { LAB_TEMPLATES, templatesDigest } from '../templates.ts';
import { Failure } from '../../failure.ts';
import type { Distribution } from './distribution.ts';
import { collectPackages } from './offline.ts';
import { removeOldBuilds } from './old-builds.ts';
import { CONTAINED, makeRoot } from './root.ts';
import type { SuiteSources } from './suite-sources.ts';

/** A distribution could not be built. Another kernel would not help. */
export class DistributionFailure extends Failure {}

/** A distribution with the sources of its files. */
export interface BuildableDistribution {
  readonly distribution: Distribution;
  readonly sources: SuiteSources;
}

/** Templates that go into every root, except unpacked packages. */
const BASE_TEMPLATES = ['base', 'base-setup', 'guest-init'];

/** A cached folder with `root` and `packages` of a distribution. */
export function distributionFolder(context: BuildContext, buildable: BuildableDistribution): Promise<string> {
  return cachedBuild(context, buildable, '', (target) => build(context, buildable, target));
}

/** A cached read-only ext4 image of the same folder, which is not kept besides it. */
export function distributionImage(context: BuildContext, buildable: BuildableDistribution): Promise<string> {
  return cachedBuild(context, buildable, '.ext4', async (target) => {
    const folder = `${target}.folder`;
    try {
      await build(context, buildable, folder);
      await makeImage(folder, target, context.signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function cachedBuild(
  context: BuildContext,
  { distribution, sources }: BuildableDistribution,
  suffix: string,
  work: (target: string) => Promise<void>,
): Promise<string> {
  const kind = `system-${distribution.id}`;
  const key = cacheName(kind, [
    JSON.stringify(distribution),
    sources.suite,
    templatesDigest(templatesOf(distribution)),
  ]);
  const entry = await builtOnce(context, `${key}${suffix}`, work).catch((cause: unknown) => {
    if (!(cause instanceof Failure) || context.signal.aborted) throw cause;
    throw new DistributionFailure('lab', `cannot build ${distribution.id}: ${cause.message}`, cause.detail);
  });
  // What is used stays longest.
  await utimes(entry, new Date(), new Date());
  await removeOldBuilds(context.cache, kind);
  return entry;
}

function templatesOf({ setup, format }: Distribution): readonly string[] {
  // The files that a script copies are in a folder beside it.
  const files = setup.map((script) => `${script}-files`).filter((name) => existsSync(path.join(LAB_TEMPLATES, name)));
  return [...BASE_TEMPLATES, ...setup, ...files, ...(format === undefined ? [] : ['distributions/repack'])];
}

async function build(
  context: BuildContext,
  { distribution, sources }: BuildableDistribution,
  target: string,
): Promise<void> {
  const { id, title, packages, variant = 'minbase', offline, setup, format, init } = distribution;
  const { report, signal } = context;
  report(`building ${id}: ${title} (once, one to two minutes)`);
  const root = path.join(target, 'root');
  const mount = path.join(target, 'packages');
  await mkdir(target, { recursive: true });
  await makeRoot(
    { packages, variant, setup: variant === 'minbase' ? ['base-setup', ...setup] : setup },
    sources,
    root,
    { signal },
  );
  if (offline.length === 0) {
    await mkdir(mount);
    return;
  }
  report(`${id}: collecting the packages for the offline mount`);
  await collectPackages({ packages: offline, sources: distribution.sources ?? [] }, root, sources, mount, { signal });
  if (format === undefined) return;
  report(`${id}: packing them again as ${format} packages`);
  const inRoot = path.join(LAB_TEMPLATES, 'distributions', 'repack', 'in-root');
  const net = [...CONTAINED.filter((flag) => flag !== '--mount-proc'), '--net', '--uts'];
  await run('unshare', [...net, 'sh', inRoot, LAB_TEMPLATES, target, format, init], {
    signal,
    called: `packing packages of ${id}`,
  });
}

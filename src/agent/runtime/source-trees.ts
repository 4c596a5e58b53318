import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cached, cacheName } from '../../toolbox/cache.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { chooseSource } from './choose-source.ts';
import { type Pins, SOURCE_PACKAGES, type SourcePackage, type SourceVersion } from './pinned-sources.ts';
import { archiveLines, isNewerVersion, openSourceArchive, type SourceArchive } from './source-archive.ts';
import { unpackSource } from './unpack-source.ts';
import { UntrustedSource } from './untrusted-source.ts';

interface PatchedSource extends SourceVersion {
  /** Debian patches, in order. */
  readonly patches: readonly string[];
}

/** A source compiled into a runtime. */
export interface UsedSource extends PatchedSource {
  readonly isPinned: boolean;
}

export type UsedSources = Readonly<Record<SourcePackage, UsedSource>>;

/** A cached folder with the tree of each package. */
export interface SourceTrees {
  readonly folder: string;
  readonly sources: UsedSources;
}

/** Identifies a set of sources. */
type Chosen = Readonly<Record<SourcePackage, SourceVersion>>;

/**
 * Provides the pinned sources from the cache or Debian's archive.
 * @param locked whether to refuse a newer version in place of a pinned one, rather than warn
 * @throws UntrustedSource if something does not match its pin; `lab` if it is not available
 */
export async function sourceTrees(
  pins: Pins,
  locked: boolean,
  context: BuildContext,
  linesOf: typeof archiveLines = archiveLines,
): Promise<SourceTrees> {
  const { cache, report, signal } = context;
  const pinned = path.join(cache, nameOf(pins.sources));
  if (existsSync(pinned)) return readTrees(pinned, pins);
  const lists = await mkdtemp(path.join(tmpdir(), 'lvsctl-sources-'));
  try {
    report(`reading the source index of Debian ${pins.suite}`);
    const archive = await openSourceArchive(await linesOf(pins.suite, context), lists, signal);
    const chosen = await choose(pins, archive, locked, context);
    const folder = await cached(cache, nameOf(chosen), async (target) => {
      report(`fetching the sources of ${SOURCE_PACKAGES.join(', ')} (once, 7 MB)`);
      await fetchTrees(chosen, archive, target, signal);
    });
    return await readTrees(folder, pins);
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}

/** The cache folder of these sources. */
export function nameOf(chosen: Chosen): string {
  return cacheName(
    'source',
    SOURCE_PACKAGES.map((name) => {
      const { version, files } = chosen[name];
      const sorted = Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1));
      return JSON.stringify({ version, files: Object.fromEntries(sorted) });
    }),
  );
}

async function choose(pins: Pins, archive: SourceArchive, locked: boolean, context: BuildContext): Promise<Chosen> {
  const one = async (name: SourcePackage): Promise<SourceVersion> => {
    const pin = pins.sources[name];
    const offers = await archive.versionsOf(name);
    const newest = offers[0]?.version ?? pin.version;
    const isOutdated = await isNewerVersion(newest, pin.version, context.signal);
    const chosen = chooseSource(name, pin, offers, () => isOutdated);
    if (!isOutdated) return chosen;
    const what = `${name}: Debian ${pins.suite} has ${newest}, newer than the pinned ${pin.version}`;
    const hint = 'Take it with `npm run build -- --update-pins`, run the tests, and commit pinned-sources.json.';
    if (locked && chosen.version !== pin.version) throw new UntrustedSource(what, { hint });
    context.report(`warning: ${what}; building ${chosen.version}. ${hint}`);
    return chosen;
  };
  return { quickjs: await one('quickjs'), mbedtls: await one('mbedtls'), musl: await one('musl') };
}

async function fetchTrees(chosen: Chosen, archive: SourceArchive, target: string, signal: AbortSignal): Promise<void> {
  const files = path.join(target, '.files');
  await mkdir(files, { recursive: true });
  const one = async (name: SourcePackage): Promise<PatchedSource> => {
    await archive.download(name, chosen[name], files);
    const patches = await unpackSource(name, chosen[name], files, path.join(target, name), signal);
    return { ...chosen[name], patches };
  };
  const patched: Readonly<Record<SourcePackage, PatchedSource>> = {
    quickjs: await one('quickjs'),
    mbedtls: await one('mbedtls'),
    musl: await one('musl'),
  };
  await rm(files, { recursive: true });
  await writeFile(path.join(target, 'sources.json'), JSON.stringify(patched));
}

async function readTrees(folder: string, pins: Pins): Promise<SourceTrees> {
  const text = await readFile(path.join(folder, 'sources.json'), 'utf8');
  const patched = JSON.parse(text) as Readonly<Record<SourcePackage, PatchedSource>>;
  const one = (name: SourcePackage): UsedSource => ({
    ...patched[name],
    isPinned: patched[name].version === pins.sources[name].version,
  });
  return { folder, sources: { quickjs: one('quickjs'), mbedtls: one('mbedtls'), musl: one('musl') } };
}

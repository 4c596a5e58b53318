import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { openPrivateApt } from '../../toolbox/private-apt.ts';
import { run } from '../../toolbox/run.ts';
import type { SuiteSources } from './suite-sources.ts';

interface OfflineContents {
  readonly packages: readonly string[];
  /** Source packages whose upstream archives are wanted. */
  readonly sources: readonly string[];
}

/**
 * Fills a folder with packages and everything that they need and a root file system does not have, as a flat apt
 * repository, and with upstream archives.
 */
export async function collectPackages(
  { packages, sources }: OfflineContents,
  root: string,
  { lines }: SuiteSources,
  target: string,
  { signal }: Pick<BuildContext, 'signal'>,
): Promise<void> {
  await mkdir(target, { recursive: true });
  const aptFolder = path.join(target, '.apt');
  const status = path.join(root, 'var', 'lib', 'dpkg', 'status');
  const ofSources = sources.length === 0 ? [] : lines.map((line) => line.replace(/^deb /, 'deb-src '));
  const { apt, archives } = await openPrivateApt(aptFolder, [...lines, ...ofSources], signal, status);
  if (packages.length > 0) await apt('apt-get', ['install', '-y', '-qq', '--download-only', ...packages]);
  const debs = (await readdir(archives)).filter((file) => file.endsWith('.deb')).sort();
  const stanzas: string[] = [];
  for (const deb of debs) {
    const file = path.join(target, deb);
    await copyFile(path.join(archives, deb), file);
    stanzas.push(await indexStanza(file, signal));
  }
  await writeFile(path.join(target, 'Packages'), stanzas.join('\n'));
  for (const source of sources) await upstreamArchive(source, target, apt);
  await rm(aptFolder, { recursive: true });
}

/** Puts `NAME-VERSION.tar.EXT` into a folder. */
async function upstreamArchive(
  source: string,
  target: string,
  apt: Awaited<ReturnType<typeof openPrivateApt>>['apt'],
): Promise<void> {
  const work = path.join(target, '.source');
  await mkdir(work);
  await apt('apt-get', ['source', '-qq', '--download-only', '--tar-only', source], work);
  for (const file of await readdir(work)) {
    const [, name, version, extension] = /^([^_]+)_([^_]+)\.orig\.(tar\.\w+)$/.exec(file) ?? [];
    if (name === undefined || version === undefined || extension === undefined) continue;
    await copyFile(path.join(work, file), path.join(target, `${name}-${version}.${extension}`));
  }
  await rm(work, { recursive: true });
}

/** One entry of a repository's Packages file: the package's own control file and where its archive is. */
async function indexStanza(file: string, signal: AbortSignal): Promise<string> {
  const { stdout } = await run('dpkg-deb', ['--field', file], { signal });
  const bytes = await readFile(file);
  return [
    stdout.trimEnd(),
    `Filename: ./${path.basename(file)}`,
    `Size: ${String(bytes.length)}`,
    `SHA256: ${createHash('sha256').update(bytes).digest('hex')}`,
    '',
  ].join('\n');
}

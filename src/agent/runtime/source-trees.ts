import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readDebianSources, sourceLine } from '../../lab/apt-sources.ts';
import { cached, cacheName } from '../../lab/cache.ts';
import type { Workshop } from '../../lab/ingredients.ts';
import { openPrivateApt } from '../../lab/private-apt.ts';
import { run } from '../../lab/run.ts';

/** The first suite with QuickJS of 2025 (ES2023) and with Mbed TLS 3.6. */
const SUITE = 'trixie';

export const SOURCE_PACKAGES = ['quickjs', 'mbedtls', 'musl'] as const;
export type SourceVersions = Readonly<Record<(typeof SOURCE_PACKAGES)[number], string>>;

/**
 * A cached folder with a source tree for each package, and `versions.json`. They are what the authors published, from
 * Debian's archive because apt proves that it is what Debian has; Debian's patches to them concern its own packaging.
 * Once fetched they stay: remove the folder to have newer ones.
 */
export function sourceTrees(workshop: Workshop): Promise<string> {
  const { cache, report, signal } = workshop;
  return cached(cache, cacheName('source', [SUITE, ...SOURCE_PACKAGES]), async (target) => {
    report(`fetching the sources of ${SOURCE_PACKAGES.join(', ')} from Debian ${SUITE} (once, 7 MB)`);
    const { archive } = await readDebianSources(workshop);
    const work = path.join(target, '.work');
    await mkdir(work, { recursive: true });
    const line = sourceLine(archive, SUITE).replace(/^deb /, 'deb-src ');
    const { apt } = await openPrivateApt(path.join(work, 'apt'), [line], signal);
    await apt('apt-get', ['source', '-qq', '--download-only', '--tar-only', ...SOURCE_PACKAGES], work);
    const versions: Record<string, string> = {};
    for (const file of await readdir(work)) {
      const [, name, version] = /^([a-z]+)_(.+)\.orig\.tar\.[a-z0-9]+$/.exec(file) ?? [];
      if (name === undefined || version === undefined) continue;
      versions[name] = version;
      await mkdir(path.join(target, name));
      const unpack = ['--extract', '--no-same-owner', '--strip-components=1', '--file', path.join(work, file)];
      await run('tar', unpack, { signal, cwd: path.join(target, name) });
    }
    await writeFile(path.join(target, 'versions.json'), JSON.stringify(versions));
    await rm(work, { recursive: true });
  });
}

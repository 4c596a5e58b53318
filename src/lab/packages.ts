import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DebianSources } from '../toolbox/apt-sources.ts';
import { cached, cacheName } from '../toolbox/cache.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { openPrivateApt } from '../toolbox/private-apt.ts';
import { run } from '../toolbox/run.ts';

/** What the hosts may install from the offline mount, with all that it needs. */
const OFFLINE_PACKAGES = [
  'keepalived',
  'ipvsadm',
  'nginx-light',
  'tcpdump',
  'socat',
  'iputils-arping',
  'ipset',
  'nftables',
  'iptables',
  'busybox',
  'ethtool',
  'sudo',
];

/**
 * The cached package folder that hosts see at /mnt/Packages: a flat apt repository of the packages above and of
 * everything that they need and the base does not have.
 */
export function offlinePackages(
  { cache, report, signal }: BuildContext,
  base: string,
  sources: DebianSources,
): Promise<string> {
  const name = cacheName('packages', [path.basename(base), ...OFFLINE_PACKAGES]);
  return cached(cache, name, async (target) => {
    report('collecting the packages for the offline mount (once)');
    await mkdir(target, { recursive: true });
    const aptFolder = path.join(target, '.apt');
    const status = path.join(base, 'var', 'lib', 'dpkg', 'status');
    const { apt, archives } = await openPrivateApt(aptFolder, sources.lines, signal, status);
    await apt('apt-get', ['install', '-y', '-qq', '--download-only', ...OFFLINE_PACKAGES]);
    const debs = (await readdir(archives)).filter((file) => file.endsWith('.deb')).sort();
    const stanzas: string[] = [];
    for (const deb of debs) {
      const file = path.join(target, deb);
      await copyFile(path.join(archives, deb), file);
      stanzas.push(await indexStanza(file, signal));
    }
    await writeFile(path.join(target, 'Packages'), stanzas.join('\n'));
    await rm(aptFolder, { recursive: true });
  });
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

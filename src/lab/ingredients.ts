import path from 'node:path';
import { cacheName, cached } from '../toolbox/cache.ts';
import type { DebianSources } from '../toolbox/apt-sources.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES, templatesDigest } from './templates.ts';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { openPrivateApt } from '../toolbox/private-apt.ts';

/** What every host has from the start, besides the minimum of Debian: the parts of a plain server. */
const BASE_PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'iproute2',
  'iputils-ping',
  'procps',
  'curl',
  'ca-certificates',
  'kmod',
  'udev',
  'less',
  // Encrypts what the services of the lab answer over HTTPS.
  'socat',
  // The base is also the root of guest kernels, and there it is what starts the hosts.
  'systemd-container',
];

/** The cached root file system below every host: a folder, owned by root, with nothing in it that is of one lab. */
export function baseSystem({ cache, report, signal }: BuildContext, sources: DebianSources): Promise<string> {
  const name = cacheName('base', [
    sources.suite,
    ...BASE_PACKAGES,
    templatesDigest(['base', 'base-setup', 'guest-init']),
  ]);
  return cached(cache, name, async (target) => {
    report(`building the hosts' base system from Debian ${sources.suite} (once, about a minute)`);
    // In namespaces of its own, because then no mount and no process can be left when this is interrupted.
    const contained = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
    const args = [
      '--quiet',
      '--mode=root',
      '--variant=minbase',
      '--format=directory',
      `--include=${BASE_PACKAGES.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
      ...(await downloadSettings(signal)).map((setting) => `--aptopt=${setting}`),
      '--aptopt=Acquire::Languages "none"',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      '--customize-hook=sh "$LVSCTL_LAB_TEMPLATES/base-setup" "$LVSCTL_LAB_TEMPLATES" "$1"',
      sources.suite,
      target,
      ...sources.lines,
    ];
    await run('unshare', [...contained, 'mmdebstrap', ...args], {
      signal,
      called: 'mmdebstrap',
      env: { LVSCTL_LAB_TEMPLATES: LAB_TEMPLATES },
    });
  });
}

/** How this machine's apt gets at its archives: proxies, and how old lists may be. mmdebstrap reads none of it. */
async function downloadSettings(signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await run('apt-config', ['dump', '--no-empty', '--format', '%f "%v"%n', 'Acquire'], { signal });
  return stdout.split('\n').filter((line) => /^Acquire::(https?::|Check-|ForceIPv|Retries)/.test(line));
}

/** What the hosts may install from the offline mount, with all that it needs. */
const OFFLINE_PACKAGES = [
  'keepalived',
  'ipvsadm',
  'nginx-light',
  'tcpdump',
  'iputils-arping',
  'ndisc6',
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

/** The system and the packages of the hosts, which every lab has, on any kernel. */
export interface HostIngredients {
  readonly base: string;
  readonly packages: string;
}

/** What one way of starting gets: it can fetch a kernel while the hosts' ingredients are still being built. */
export interface WayIngredients {
  readonly sources: DebianSources;
  readonly hosts: Promise<HostIngredients>;
}

/** Builds or finds the hosts' base system and their packages. */
export async function hostIngredients(context: BuildContext, sources: DebianSources): Promise<HostIngredients> {
  const base = await baseSystem(context, sources);
  return { base, packages: await offlinePackages(context, base, sources) };
}

import { cached, cacheName } from '../toolbox/cache.ts';
import type { DebianSources } from '../toolbox/apt-sources.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES, templatesDigest } from './templates.ts';

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

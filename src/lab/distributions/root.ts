import type { BuildContext } from '../../toolbox/build-context.ts';
import { run } from '../../toolbox/run.ts';
import { LAB_TEMPLATES } from '../templates.ts';
import type { SuiteSources } from './suite-sources.ts';

interface RootContents {
  readonly packages: readonly string[];
  /** As mmdebstrap calls it. */
  readonly variant: 'minbase' | 'extract';
  /** Scripts in `templates/lab`, called with that folder and the root when all packages are in. */
  readonly setup: readonly string[];
}

/** In namespaces of its own no mount and no process can be left when a build is interrupted. */
export const CONTAINED = [
  '--mount',
  '--propagation',
  'private',
  '--pid',
  '--fork',
  '--kill-child=KILL',
  '--mount-proc',
];

/** The last hook that each variant has. */
const HOOKS = { minbase: 'customize', extract: 'extract' } as const;

/** Makes a root file system from packages of Debian, in a folder that does not exist yet. */
export async function makeRoot(
  { packages, variant, setup }: RootContents,
  { suite, lines }: SuiteSources,
  target: string,
  { signal }: Pick<BuildContext, 'signal'>,
): Promise<void> {
  const args = [
    '--quiet',
    '--mode=root',
    `--variant=${variant}`,
    '--format=directory',
    `--include=${packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await downloadSettings(signal)).map((setting) => `--aptopt=${setting}`),
    '--aptopt=Acquire::Languages "none"',
    // Nothing is lost that could not be built again.
    '--dpkgopt=force-unsafe-io',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    ...setup.map(
      (script) => `--${HOOKS[variant]}-hook=sh "$LVSCTL_LAB_TEMPLATES/${script}" "$LVSCTL_LAB_TEMPLATES" "$1"`,
    ),
    suite,
    target,
    ...lines,
  ];
  await run('unshare', [...CONTAINED, 'mmdebstrap', ...args], {
    signal,
    called: 'mmdebstrap',
    env: { LVSCTL_LAB_TEMPLATES: LAB_TEMPLATES },
  });
}

/** How this machine's apt gets at its archives: proxies, and how old lists may be. mmdebstrap reads none of it. */
async function downloadSettings(signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await run('apt-config', ['dump', '--no-empty', '--format', '%f "%v"%n', 'Acquire'], { signal });
  return stdout.split('\n').filter((line) => /^Acquire::(https?::|Check-|ForceIPv|Retries)/.test(line));
}

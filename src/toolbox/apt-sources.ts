import { Failure } from '../failure.ts';
import type { BuildContext } from './build-context.ts';
import { run } from './run.ts';

/** The Debian sources in this machine's apt configuration. */
export interface DebianSources {
  /** The codename of this machine's suite, which the hosts of a lab use too. */
  readonly suite: string;
  /** One-line sources of that suite, its updates and its security updates. */
  readonly lines: readonly string[];
  /** The URI of the main archive, which has other suites as well. */
  readonly archive: string;
  /** The URI of the security archive; undefined when apt does not use it. */
  readonly security: string | undefined;
}

const FORMAT = '$(CREATED_BY)|$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(CODENAME)|$(ARCHITECTURE)';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @throws Failure `lab` when apt has no Debian archive configured. */
export async function readDebianSources({ install, signal }: BuildContext): Promise<DebianSources> {
  const read = async (): Promise<DebianSources | undefined> =>
    parseIndexTargets((await run('apt-get', ['indextargets', '--format', FORMAT], { signal })).stdout);
  let sources = await read();
  if (sources === undefined && install) {
    await run('apt-get', ['update', '-qq'], { signal });
    sources = await read();
  }
  if (sources === undefined) {
    throw new Failure('lab', 'apt on this machine has no package lists of a Debian archive', {
      hint: 'Run `apt-get update` on a Debian machine, or start the lab with --install.',
    });
  }
  return sources;
}

/** Ignores archives other than Debian's, and components other than main. */
export function parseIndexTargets(text: string): DebianSources | undefined {
  const targets = text
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([kind, origin, , , component]) => kind === 'Packages' && origin === 'Debian' && component === 'main')
    .map(([, , uri = '', release = '', , codename = '']) => ({ uri, release, codename }));
  // The main archive has a codename without a suffix: bookworm, not bookworm-security.
  const main = targets.find((target) => /^[a-z]+$/.test(target.codename));
  if (main === undefined) return undefined;
  const own = targets.filter(({ codename }) => codename === main.codename || codename.startsWith(`${main.codename}-`));
  const lines = new Set(own.map(({ uri, release }) => sourceLine(uri, release)));
  const security = own.find(({ codename }) => codename === `${main.codename}-security`)?.uri;
  return { suite: main.codename, lines: [...lines], archive: main.uri, security };
}

export function sourceLine(uri: string, release: string): string {
  return `deb [signed-by=${KEYRING}] ${uri} ${release} main`;
}

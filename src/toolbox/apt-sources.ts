import { Failure } from '../failure.ts';
import type { BuildContext } from './build-context.ts';
import { run } from './run.ts';

/** The Debian sources of the machine's apt configuration. */
export interface DebianSources {
  /** The suite of the machine, by codename; the hosts get the same. */
  readonly suite: string;
  /** One-line sources of that suite, its updates and its security updates. */
  readonly lines: readonly string[];
  /** The address of the main archive, where other suites can be asked for. */
  readonly archive: string;
  /** The address of the archive of security updates; undefined when apt does not use it. */
  readonly security: string | undefined;
}

const FORMAT = '$(CREATED_BY)|$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(CODENAME)|$(ARCHITECTURE)';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @throws Failure `lab` when apt knows no Debian archive. */
export async function readDebianSources({ install, signal }: BuildContext): Promise<DebianSources> {
  const read = async (): Promise<DebianSources | undefined> =>
    parseIndexTargets((await run('apt-get', ['indextargets', '--format', FORMAT], { signal })).stdout);
  let sources = await read();
  if (sources === undefined && install) {
    await run('apt-get', ['update', '-qq'], { signal });
    sources = await read();
  }
  if (sources === undefined) {
    throw new Failure('lab', 'apt of this machine has no package lists of a Debian archive', {
      hint: 'Run apt-get update on a Debian machine, or start the lab with --install.',
    });
  }
  return sources;
}

/** Archives of others than Debian, and components that the lab has no use for, are left out. */
export function parseIndexTargets(text: string): DebianSources | undefined {
  const targets = text
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([kind, origin, , , component]) => kind === 'Packages' && origin === 'Debian' && component === 'main')
    .map(([, , uri = '', release = '', , codename = '']) => ({ uri, release, codename }));
  // The main archive is the one whose codename is a bare word: bookworm, and not bookworm-security.
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

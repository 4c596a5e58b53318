import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from '../../failure.ts';
import { type DebianSources, sourceLine } from '../../toolbox/apt-sources.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { run } from '../../toolbox/run.ts';
import type { Distribution } from './distribution.ts';

/** apt's own program for downloads, with its settings for proxies. */
const DOWNLOADER = '/usr/lib/apt/apt-helper';

/** A suite and its one-line sources. */
export interface SuiteSources {
  readonly suite: string;
  readonly lines: readonly string[];
}

/**
 * The sources of a distribution's suite, from the archives that this machine's apt uses. Updates are left out where the
 * archive has none.
 * @throws Failure `lab` when the archive does not have the suite
 */
export async function suiteSources(
  distribution: Distribution,
  sources: DebianSources,
  { signal }: BuildContext,
): Promise<SuiteSources> {
  const suite = distribution.suite ?? sources.suite;
  if (suite === sources.suite) return sources;
  const { archive, security } = sources;
  const main = sourceLine(archive, suite);
  const others = [
    { uri: archive, release: `${suite}-updates` },
    ...(security === undefined ? [] : [{ uri: security, release: `${suite}-security` }]),
  ];
  const [hasSuite, ...hasOthers] = await Promise.all(
    [{ uri: archive, release: suite }, ...others].map(({ uri, release }) => hasRelease(uri, release, signal)),
  );
  if (hasSuite !== true) {
    throw new Failure('lab', `${distribution.id} is not available: the archive of this machine's apt has no ${suite}`, {
      hint: 'Choose another distribution, or an archive that has this suite.',
    });
  }
  const available = others.filter((_, index) => hasOthers[index] === true);
  return { suite, lines: [main, ...available.map(({ uri, release }) => sourceLine(uri, release))] };
}

async function hasRelease(uri: string, release: string, signal: AbortSignal): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lvsctl-suite-'));
  try {
    const url = `${uri.replace(/\/$/, '')}/dists/${release}/InRelease`;
    const target = path.join(folder, 'InRelease');
    const { exitCode } = await run(DOWNLOADER, ['download-file', url, target], { signal, accept: 'any' });
    return exitCode === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

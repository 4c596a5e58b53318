import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readDebianSources, sourceLine } from '../../toolbox/apt-sources.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { openPrivateApt } from '../../toolbox/private-apt.ts';
import { run } from '../../toolbox/run.ts';
import type { SourceVersion } from './pinned-sources.ts';
import { UntrustedSource } from './untrusted-source.ts';

/** Source packages of a suite and its security archive. apt verifies Debian's signature. */
export interface SourceArchive {
  /** All versions, newest first. */
  readonly versionsOf: (name: string) => Promise<readonly SourceVersion[]>;
  /** Downloads the files of a version into a folder and verifies them. @throws UntrustedSource if one differs */
  readonly download: (name: string, source: SourceVersion, folder: string) => Promise<void>;
}

/** The archives of a suite as configured on this machine, in apt's one-line format. */
export async function archiveLines(suite: string, context: BuildContext): Promise<readonly string[]> {
  const { archive, security } = await readDebianSources(context);
  if (security === undefined)
    context.report(`no security archive configured in apt: updates of ${suite} arrive only with its next release`);
  const lines = [sourceLine(archive, suite)];
  if (security !== undefined) lines.push(sourceLine(security, `${suite}-security`));
  return lines.map((line) => line.replace(/^deb /, 'deb-src '));
}

/** @param folder for the package lists; the caller removes it */
export async function openSourceArchive(
  lines: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<SourceArchive> {
  const { apt } = await openPrivateApt(folder, lines, signal);
  const versionsOf: SourceArchive['versionsOf'] = async (name) => {
    const offered = parseSources((await apt('apt-cache', ['showsrc', name])).stdout, name);
    return sortedByVersion(offered, signal);
  };
  const download: SourceArchive['download'] = async (name, source, target) => {
    await apt('apt-get', ['source', '-qq', '--download-only', `${name}=${source.version}`], target);
    for (const [file, sha256] of Object.entries(source.files)) {
      const actual = await sha256Of(path.join(target, file));
      if (actual === sha256) continue;
      throw new UntrustedSource(`${file}: SHA-256 is ${actual}, expected ${sha256}`, {
        hint: 'Nothing was unpacked. Try again; if the error persists, use another mirror.',
      });
    }
  };
  return { versionsOf, download };
}

/** Parses a Sources index (deb822), where a version may appear several times. */
export function parseSources(text: string, name: string): readonly SourceVersion[] {
  const versions = new Map<string, SourceVersion>();
  for (const stanza of text.split(/\n{2,}/)) {
    const field = (key: string): string | undefined =>
      new RegExp(`^${key}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'm').exec(stanza)?.[1];
    const version = field('Version')?.trim();
    if (version === undefined || field('Package')?.trim() !== name) continue;
    const files = [...(field('Checksums-Sha256') ?? '').matchAll(/^ ([0-9a-f]{64}) \d+ (\S+)$/gm)];
    const entries = files.map(([, sha256 = '', file = '']) => [file, sha256] as const);
    versions.set(version, {
      version,
      files: Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    });
  }
  return [...versions.values()];
}

export async function isNewerVersion(version: string, than: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await run('dpkg', ['--compare-versions', version, 'gt', than], { signal, accept: [1] });
  return exitCode === 0;
}

async function sortedByVersion(
  sources: readonly SourceVersion[],
  signal: AbortSignal,
): Promise<readonly SourceVersion[]> {
  const sorted: SourceVersion[] = [];
  for (const source of sources) {
    let at = 0;
    while (sorted[at] !== undefined && !(await isNewerVersion(source.version, sorted[at]?.version ?? '', signal)))
      at += 1;
    sorted.splice(at, 0, source);
  }
  return sorted;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../toolbox/run.ts';
import type { SourceVersion } from './pinned-sources.ts';
import { UntrustedSource } from './untrusted-source.ts';

/**
 * Unpacks a source package of format 3.0 (quilt) and applies Debian's patches, like `dpkg-source --extract`.
 * @param from folder of its verified files
 * @param tree folder to create
 * @returns names of the patches
 * @throws UntrustedSource if the package has another format or a patch does not apply
 */
export async function unpackSource(
  name: string,
  { version, files }: SourceVersion,
  from: string,
  tree: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const file = (pattern: RegExp): string => {
    const found = Object.keys(files).find((one) => pattern.test(one));
    if (found === undefined) throw new UntrustedSource(`${name} ${version}: no file matches ${pattern.source}`);
    return path.join(from, found);
  };
  await mkdir(tree);
  const extract = ['--extract', '--no-same-owner', '--file'];
  await run('tar', [...extract, file(/\.orig\.tar\.[a-z0-9]+$/), '--strip-components=1'], { signal, cwd: tree });
  await run('tar', [...extract, file(/\.debian\.tar\.[a-z0-9]+$/)], { signal, cwd: tree });
  const patches = await patchSeries(path.join(tree, 'debian/patches'));
  for (const patch of patches) {
    const args = ['--batch', '--forward', '--fuzz=0', '--strip=1', '--input', path.join('debian/patches', patch)];
    const { exitCode, stdout } = await run('patch', args, { signal, cwd: tree, accept: 'any' });
    if (exitCode === 0) continue;
    throw new UntrustedSource(`${name} ${version}: Debian's patch ${patch} does not apply`, { stderr: stdout });
  }
  return patches;
}

/** A package without a series file has no patches. */
async function patchSeries(folder: string): Promise<readonly string[]> {
  const text = await readFile(path.join(folder, 'series'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s/)[0] ?? '');
}

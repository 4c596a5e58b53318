import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Packages of this machine's apt for a throwaway root, where nothing of them starts: on the machine itself some would, a
 * firewall among them.
 */

/** In a throwaway root: unpacks all that it was given. No maintainer script runs. */
export const UNPACK = `for file in /mnt/given/*.deb; do
[ ! -e "$file" ] || dpkg-deb --fsys-tarfile "$file" | tar -x --keep-directory-symlink -C / || exit 1
done`;

/** Downloads packages alone. @returns their folder */
export function downloadPackages(packages: readonly string[]): string | undefined {
  if (packages.length === 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'lvsctl-debs-'));
  // apt downloads nothing, and succeeds, while another one renews its lists.
  while (readdirSync(folder).length < packages.length) apt(folder, ['download', '-qq', ...packages]);
  return folder;
}

/** Downloads packages and what they need that this machine lacks. @returns their folder */
export function downloadWithDependencies(packages: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvsctl-debs-'));
  const options = ['--download-only', '--no-install-recommends', '-o', `Dir::Cache::archives=${folder}`];
  apt(folder, ['install', '-y', '-qq', ...options, ...packages]);
  return folder;
}

function apt(cwd: string, args: readonly string[]): void {
  execFileSync('apt-get', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { LABS_FOLDER } from '../paths.ts';

/** How many builds of one distribution are kept; older ones are of other versions of lvsctl or of its archive. */
const KEPT = 2;

/** Removes the least recently used builds of a kind, except folders below hosts of a running lab. */
export async function removeOldBuilds(cache: string, kind: string): Promise<void> {
  const builds = readdirSync(cache)
    .filter((name) => name.startsWith(`${kind}-`) && /^[0-9a-f]{12}(\.ext4)?$/.test(name.slice(kind.length + 1)))
    .map((name) => path.join(cache, name))
    .map((file) => ({ file, used: statSync(file).mtimeMs }))
    .toSorted((one, other) => other.used - one.used);
  for (const { file } of builds.slice(KEPT)) {
    if (!isBelowHosts(file)) await rm(file, { recursive: true, force: true });
  }
}

/** An image that a guest has open may go, a folder that hosts have mounted may not. */
function isBelowHosts(folder: string): boolean {
  if (!existsSync(LABS_FOLDER)) return false;
  return readdirSync(LABS_FOLDER).some((lab) => {
    try {
      return readFileSync(path.join(LABS_FOLDER, lab, 'seed', 'lab.conf'), 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

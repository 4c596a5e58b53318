import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { isAlive, thisProcess } from './processes.ts';

/** What makes a folder a cache: programs from it are executed, some as root. */
export const CACHE_OWNER = { code: 'lab', hint: 'Set XDG_CACHE_HOME to a folder that only you can write to.' } as const;

/** A cache key that changes with any of the ingredients. */
export function cacheName(kind: string, ingredients: readonly string[]): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 12)}`;
}

/**
 * Returns the path of a cached file or folder, building it if missing. A build goes to a temporary name and is renamed
 * when complete, so that the cache holds complete entries only and parallel builds do not interfere.
 * @throws Failure `lab` when another user can write to the cache
 * @param build creates a file or folder at a path that does not exist yet
 */
export async function cached(folder: string, name: string, build: (target: string) => Promise<void>): Promise<string> {
  const target = path.join(folder, name);
  await makeOwnFolder(folder, CACHE_OWNER);
  if (existsSync(target)) return target;
  const me = thisProcess();
  const unfinished = path.join(folder, `.building-${String(me.pid)}-${me.start}-${name}`);
  try {
    await build(unfinished);
    await rename(unfinished, target).catch((error: unknown) => {
      // Another run has built it meanwhile.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** Removes incomplete builds of killed runs. */
export async function removeUnfinished(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    const [, pid, start] = /^\.building-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || start === undefined || isAlive({ pid: Number(pid), start })) continue;
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

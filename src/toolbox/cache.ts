import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { isAlive, thisProcess } from './processes.ts';

/** A name for what is built from exactly these ingredients. */
export function cacheName(kind: string, ingredients: readonly string[]): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 12)}`;
}

/**
 * The path of a cached thing, which is built first when it is not there. It is built under another name and renamed
 * when whole: what is in the cache is complete, and two labs that build the same thing at once do not disturb each
 * other.
 * @throws Failure `lab` where another user could have put something into the cache
 * @param build fills a path that does not exist yet, with a file or a folder
 */
export async function cached(folder: string, name: string, build: (target: string) => Promise<void>): Promise<string> {
  const target = path.join(folder, name);
  // Programs from the cache are executed, some as root.
  await makeOwnFolder(folder, { code: 'lab', hint: 'Set XDG_CACHE_HOME to a folder that only you can write to.' });
  if (existsSync(target)) return target;
  const me = thisProcess();
  const unfinished = path.join(folder, `.building-${String(me.pid)}-${me.start}-${name}`);
  try {
    await build(unfinished);
    await rename(unfinished, target).catch((error: unknown) => {
      // Another run has built it in the meantime.
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

import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cached, cacheName, removeUnfinished } from '../../../src/toolbox/cache.ts';
import { thisProcess } from '../../../src/toolbox/processes.ts';

let made: string;
let folder: string;
beforeEach(() => {
  made = mkdtempSync(path.join(tmpdir(), 'lvsctl-cache-'));
  folder = path.join(made, 'deep', 'cache');
});
afterEach(async () => {
  await rm(made, { recursive: true });
});

describe('the cache', () => {
  it('has one name for the same ingredients and another when any of them changes', () => {
    expect(cacheName('base', ['a', 'b'])).toBe(cacheName('base', ['a', 'b']));
    expect(cacheName('base', ['a', 'b'])).not.toBe(cacheName('base', ['ab']));
    expect(cacheName('base', ['a'])).toMatch(/^base-[0-9a-f]{12}$/);
  });

  it('builds a thing once', async () => {
    let builds = 0;
    const build = async (target: string): Promise<void> => {
      builds += 1;
      await writeFile(target, 'whole');
    };
    const first = await cached(folder, 'thing', build);
    expect(await cached(folder, 'thing', build)).toBe(first);
    expect(first).toBe(path.join(folder, 'thing'));
    expect(builds).toBe(1);
  });

  it('shows nothing of a build that failed, and keeps nothing of it', async () => {
    const failing = cached(folder, 'thing', async (target) => {
      await mkdir(target);
      expect(existsSync(path.join(folder, 'thing'))).toBe(false);
      throw new Error('out of paper');
    });
    await expect(failing).rejects.toThrow('out of paper');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets two builders of the same thing both have it', async () => {
    const build = async (target: string): Promise<void> => {
      await mkdir(target);
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await cached(folder, 'other', build);
    const slow = cached(folder, 'thing', build);
    await mkdir(path.join(folder, 'thing'));
    expect(await slow).toBe(path.join(folder, 'thing'));
    expect(readdirSync(folder).sort()).toEqual(['other', 'thing']);
  });

  it('clears away what killed builders left, and nothing of living ones', async () => {
    const { pid, start } = thisProcess();
    const mine = `.building-${String(pid)}-${start}-thing`;
    for (const name of [mine, `.building-${String(pid)}-1-thing`, 'thing']) {
      await mkdir(path.join(folder, name), { recursive: true });
    }
    await removeUnfinished(folder);
    expect(readdirSync(folder).sort()).toEqual([mine, 'thing']);
  });

  it('has nothing to clear away where there is no cache yet', async () => {
    await expect(removeUnfinished(folder)).resolves.toBeUndefined();
  });
});

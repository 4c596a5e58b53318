import { mkdtempSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildContext } from '../../../src/toolbox/build-context.ts';
import { builtOnce } from '../../../src/toolbox/build-lock.ts';

let cache: string;
let context: BuildContext;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'lvsctl-lock-'));
  context = { cache, install: false, report: () => undefined, signal: new AbortController().signal };
});
afterEach(async () => {
  await rm(cache, { recursive: true });
});

const NAME = 'thing-0123456789ab.ext4';

describe('a build that several need', () => {
  it('is done by one of them', async () => {
    let builds = 0;
    const build = async (target: string): Promise<void> => {
      builds += 1;
      await writeFile(target, 'whole');
    };
    const [first, second] = await Promise.all([builtOnce(context, NAME, build), builtOnce(context, NAME, build)]);
    expect(first).toBe(path.join(cache, NAME));
    expect(second).toBe(first);
    expect(builds).toBe(1);
  });

  it('is done by the next one when the first fails', async () => {
    const failing = builtOnce(context, NAME, () => Promise.reject(new Error('no space')));
    await expect(failing).rejects.toThrow('no space');
    await builtOnce(context, NAME, (target) => writeFile(target, 'whole'));
    // One lock for all builds of a kind.
    expect(readdirSync(cache).sort()).toEqual(['.lock-thing.ext4', NAME]);
  });

  it('does not start when the wait for it is interrupted', async () => {
    const stop = new AbortController();
    const during = builtOnce(context, NAME, async (target) => {
      const waiting = builtOnce({ ...context, signal: stop.signal }, NAME, () => Promise.reject(new Error('started')));
      stop.abort();
      await expect(waiting).rejects.toThrow();
      await expect(waiting).rejects.not.toThrow('started');
      await writeFile(target, 'whole');
    });
    expect(await during).toBe(path.join(cache, NAME));
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { Failure } from '../failure.ts';
import type { BuildContext } from './build-context.ts';
import { CACHE_OWNER, cached } from './cache.ts';

/** How long a lock may take before the user learns of it, in milliseconds. */
const SILENCE = 1000;

/**
 * Returns the path of a cached file or folder. If missing, one process builds it, and others that need it wait: builds
 * of root file systems are long and use much disk.
 * @throws Failure `interrupted` on abort, and whatever the build throws
 */
export async function builtOnce(
  { cache, report, signal }: BuildContext,
  name: string,
  build: (target: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cache, name);
  if (existsSync(target)) return target;
  await makeOwnFolder(cache, CACHE_OWNER);
  // One lock for all builds of a kind, so that their number is bounded.
  const kind = name.replace(/-[0-9a-f]{12}/, '');
  const release = await lock(path.join(cache, `.lock-${kind}`), signal, () => {
    report(`waiting for another lvsctl, which is building ${name}`);
  });
  try {
    return await cached(cache, name, build);
  } finally {
    await release();
  }
}

/** Holds the lock until the result is called. The kernel releases it when this process ends. */
async function lock(file: string, signal: AbortSignal, whileWaiting: () => void): Promise<() => Promise<void>> {
  signal.throwIfAborted();
  // Its input ends with this process, and it then exits.
  const holder = spawn('flock', ['--no-fork', file, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const closed = once(holder, 'close');
  closed.catch(() => undefined);
  const abort = (): void => void holder.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(whileWaiting, SILENCE);
  try {
    const isLocked = await Promise.race([once(holder.stdout, 'data').then(() => true), closed.then(() => false)]);
    if (signal.aborted) throw new Failure('interrupted', 'waiting for another build was interrupted');
    if (!isLocked) throw new Failure('lab', `cannot lock ${file}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
  return async () => {
    holder.stdin.end();
    await closed;
  };
}

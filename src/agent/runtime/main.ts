import path from 'node:path';
import { Failure } from '../../failure.ts';
import { removeUnfinished } from '../../lab/cache.ts';
import { buildAgent } from './build-agent.ts';
import { agentCacheFolder } from './cache-folder.ts';

/** This file is as deep in `dist` as it is in `src`. */
const root = path.resolve(import.meta.dirname, '../../..');
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

try {
  const cache = agentCacheFolder(process.env);
  await removeUnfinished(cache);
  await buildAgent(path.join(root, 'src/agent'), path.join(root, 'dist/agent'), {
    cache,
    install: process.argv.includes('--install'),
    report: (line) => process.stdout.write(`${line}\n`),
    signal: interrupted.signal,
  });
} catch (error) {
  // esbuild's errors name the line that is at fault, in `message`.
  const isTold =
    error instanceof Failure || interrupted.signal.aborted || (error instanceof Error && 'errors' in error);
  if (!isTold) throw error;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

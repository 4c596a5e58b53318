import path from 'node:path';
import { Failure } from '../../failure.ts';
import { removeUnfinished } from '../../toolbox/cache.ts';
import { buildAgent } from './build-agent.ts';
import { agentCacheFolder } from './cache-folder.ts';
import { updatePins } from './update-pins.ts';

/** Valid in `src` and `dist`, where this file has the same depth. */
const root = path.resolve(import.meta.dirname, '../../..');
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

try {
  const cache = agentCacheFolder(process.env);
  await removeUnfinished(cache);
  const context = {
    cache,
    install: process.argv.includes('--install'),
    report: (line: string) => void process.stdout.write(`${line}\n`),
    signal: interrupted.signal,
  };
  const agent = path.join(root, 'src/agent');
  if (process.argv.includes('--update-pins')) await updatePins(path.join(agent, 'runtime'), context);
  const isLocked = process.argv.includes('--locked');
  const { programs } = await buildAgent(agent, path.join(root, 'dist/agent'), context, isLocked);
  // Without --install, missing compilers are accepted and the programs are skipped.
  const isIncomplete = Object.values(programs).some((program) => 'missing' in program);
  if (isIncomplete && (context.install || isLocked)) process.exitCode = 1;
} catch (error) {
  // The message of esbuild errors includes the location.
  const isExpected =
    error instanceof Failure || interrupted.signal.aborted || (error instanceof Error && 'errors' in error);
  if (!isExpected) throw error;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof Failure) {
    const { stderr, hint } = error.detail;
    for (const text of [stderr?.trim(), hint]) if (text !== undefined && text !== '') process.stderr.write(`${text}\n`);
  }
  process.exitCode = 1;
}

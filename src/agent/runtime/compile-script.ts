import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../toolbox/run.ts';

/**
 * The script as QuickJS compiles it: it starts in a fifth of the time, and needs a third less memory. The same for every
 * architecture, but for one version of QuickJS only.
 * @param runtime the path of a runtime that this machine can run
 */
export async function compileScript(runtime: string, script: Uint8Array, signal: AbortSignal): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lvs-agent-'));
  try {
    // This is the name in the places of errors.
    await writeFile(path.join(folder, 'lvs-agent.js'), script);
    await run(runtime, ['--compile', 'lvs-agent.js', 'compiled'], { signal, cwd: folder });
    return await readFile(path.join(folder, 'compiled'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

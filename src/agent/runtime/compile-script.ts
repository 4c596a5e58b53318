import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../toolbox/run.ts';

/**
 * Compiles the script to QuickJS bytecode, which starts five times faster and needs a third less memory. Independent of
 * the architecture, but specific to the QuickJS version.
 * @param runtime path of a runtime that this machine can run
 */
export async function compileScript(runtime: string, script: Uint8Array, signal: AbortSignal): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lvs-agent-'));
  try {
    // The file name in error locations.
    await writeFile(path.join(folder, 'lvs-agent.js'), script);
    await run(runtime, ['--compile', 'lvs-agent.js', 'compiled'], { signal, cwd: folder });
    return await readFile(path.join(folder, 'compiled'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

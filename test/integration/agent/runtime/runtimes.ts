import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appendScript } from '../../../../src/agent/runtime/append-script.ts';
import type { Architecture } from '../../../../src/agent/runtime/architecture.ts';
import { agentCacheFolder } from '../../../../src/agent/runtime/cache-folder.ts';
import { compileRuntime } from '../../../../src/agent/runtime/compile.ts';
import { readPins } from '../../../../src/agent/runtime/pinned-sources.ts';
import { sourceTrees } from '../../../../src/agent/runtime/source-trees.ts';
import { missingPackages } from '../../../../src/agent/runtime/toolchain.ts';

export const RUNTIME_SOURCES = path.resolve(import.meta.dirname, '../../../../src/agent/runtime');

/** The emulator for another architecture, of package qemu-user-static. */
const EMULATOR = '/usr/bin/qemu-aarch64-static';

interface Runnable {
  readonly architecture: Architecture;
  readonly by: readonly string[];
}

/** Architectures that this machine can run, natively or by emulator. */
export const RUNNABLE: readonly [Runnable, ...Runnable[]] = [
  { architecture: process.arch === 'arm64' ? 'arm64' : 'x64', by: [] },
  ...(process.arch === 'x64' && existsSync(EMULATOR) ? [{ architecture: 'arm64', by: [EMULATOR] } as const] : []),
];

/** The path of a runtime, cached if compiled before. */
export async function runtimePath(architecture: Architecture, sources = RUNTIME_SOURCES): Promise<string> {
  const missing = missingPackages(architecture);
  if (missing.length > 0) throw new Error(`these tests require ${missing.join(', ')}; run npm run build -- --install`);
  const cache = agentCacheFolder(process.env);
  const context = { cache, install: false, report: () => undefined, signal: AbortSignal.timeout(600_000) };
  const trees = await sourceTrees(await readPins(sources), false, context);
  return (await compileRuntime(sources, architecture, trees, context)).path;
}

/** Bundles a script of `guests`. */
export async function bundleGuest(name: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'guests', `${name}.ts`)],
    bundle: true,
    write: false,
    platform: 'neutral',
    format: 'iife',
    target: 'es2023',
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Appends a script to a runtime and runs it with only WORD=wörd in the environment. */
export async function runAppended(
  { runtime, by }: { readonly runtime: string; readonly by: readonly string[] },
  script: string | Buffer,
  args: readonly string[] = [],
): Promise<Ended> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lvs-agent-test-'));
  try {
    const program = path.join(folder, 'program');
    await writeFile(program, appendScript(await readFile(runtime), Buffer.from(script)), { mode: 0o755 });
    return await runProgram([...by, program, ...args]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function runProgram([file = '', ...args]: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { env: { WORD: 'wörd' }, timeout: 150_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.signal ?? error.code ?? -1), stdout, stderr });
    });
  });
}

/** The lines of JSON printed by a guest. */
export function parseOutput({ stdout, stderr }: Ended): readonly unknown[] {
  if (stderr !== '') throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

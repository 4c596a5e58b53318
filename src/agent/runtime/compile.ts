import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cached, cacheName } from '../../toolbox/cache.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { run } from '../../toolbox/run.ts';
import { TRIPLES, type Architecture } from './architecture.ts';
import type { SourceTrees } from './source-trees.ts';
import { compilerVersion } from './toolchain.ts';

/** A runtime without a script. */
export interface Runtime {
  readonly path: string;
  /** For example "gcc 12.2.0". */
  readonly compiler: string;
}

/**
 * Compiles the runtime for an architecture, cached by compiler, sources, patches and flags. Reproducible.
 * @param own folder of the Makefile
 * @throws Failure `lab` if it does not compile
 */
export async function compileRuntime(
  own: string,
  architecture: Architecture,
  sources: SourceTrees,
  context: BuildContext,
): Promise<Runtime> {
  const { cache, signal } = context;
  const compiler = await compilerVersion(architecture, signal);
  const texts = await contents(own, /\.[ch]$|^Makefile$/);
  const name = cacheName(`runtime-${architecture}`, [compiler, path.basename(sources.folder), ...texts]);
  const folder = await cached(cache, name, async (target) => {
    const libraries = await compileLibraries(own, architecture, sources, compiler, context);
    const work = path.join(target, 'work');
    await mkdir(work, { recursive: true });
    await make(own, architecture, ['runtime', `SOURCES=${sources.folder}`, `LIBRARIES=${libraries}`], work, signal);
    await rename(path.join(work, 'runtime'), path.join(target, 'runtime'));
    await rm(work, { recursive: true });
  });
  return { path: path.join(folder, 'runtime'), compiler };
}

/** Compiles the third-party parts of the runtime. */
async function compileLibraries(
  own: string,
  architecture: Architecture,
  { folder: sources }: SourceTrees,
  compiler: string,
  { cache, report, signal }: BuildContext,
): Promise<string> {
  const texts = await contents(own, /^Makefile$|^mbedtls-/);
  const name = cacheName(`libraries-${architecture}`, [compiler, path.basename(sources), ...texts]);
  return cached(cache, name, async (target) => {
    report(`compiling QuickJS, Mbed TLS and musl for ${architecture} (once, a minute)`);
    await mkdir(target);
    await make(own, architecture, ['libraries', `SOURCES=${sources}`], target, signal);
  });
}

async function make(
  own: string,
  architecture: Architecture,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  const jobs = `-j${String(availableParallelism())}`;
  const makefile = path.join(own, 'Makefile');
  await run('make', ['--silent', jobs, '-f', makefile, `TRIPLE=${TRIPLES[architecture]}`, ...args], { signal, cwd });
}

/** Names and contents of the files that affect the program. */
async function contents(folder: string, which: RegExp): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => which.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  return [...files, ...texts];
}

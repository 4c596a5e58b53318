import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cached, cacheName } from '../../lab/cache.ts';
import type { Workshop } from '../../lab/ingredients.ts';
import { run } from '../../lab/run.ts';
import { TRIPLES, type Architecture } from './architecture.ts';
import { sourceTrees, type SourceVersions } from './source-trees.ts';
import { compilerVersion } from './toolchain.ts';

/** A runtime without a script, and what it was made of. */
export interface Runtime {
  readonly path: string;
  readonly made: SourceVersions & { readonly compiler: string };
}

/**
 * The runtime for an architecture, compiled when neither the compiler nor our part of the sources is as it was the last
 * time. The same bytes come of the same sources and compiler.
 * @param own the folder with the Makefile
 * @throws Failure `lab` when the sources cannot be had or do not compile
 */
export async function compileRuntime(own: string, architecture: Architecture, workshop: Workshop): Promise<Runtime> {
  const { cache, signal } = workshop;
  const compiler = await compilerVersion(architecture, signal);
  const name = cacheName(`runtime-${architecture}`, [compiler, ...(await contents(own, /\.[ch]$|^Makefile$/))]);
  const folder = await cached(cache, name, async (target) => {
    const sources = await sourceTrees(workshop);
    const libraries = await compileLibraries(own, architecture, sources, compiler, workshop);
    const work = path.join(target, 'work');
    await mkdir(work, { recursive: true });
    await make(own, architecture, ['runtime', `SOURCES=${sources}`, `LIBRARIES=${libraries}`], work, signal);
    await rename(path.join(work, 'runtime'), path.join(target, 'runtime'));
    await rm(work, { recursive: true });
    const versions = JSON.parse(await readFile(path.join(sources, 'versions.json'), 'utf8')) as SourceVersions;
    const made: Runtime['made'] = { ...versions, compiler };
    await writeFile(path.join(target, 'made.json'), JSON.stringify(made));
  });
  return {
    path: path.join(folder, 'runtime'),
    made: JSON.parse(await readFile(path.join(folder, 'made.json'), 'utf8')) as Runtime['made'],
  };
}

/** What the runtime has of others, compiled. */
async function compileLibraries(
  own: string,
  architecture: Architecture,
  sources: string,
  compiler: string,
  { cache, report, signal }: Workshop,
): Promise<string> {
  const texts = await contents(own, /^Makefile$|^mbedtls-/);
  return cached(cache, cacheName(`libraries-${architecture}`, [compiler, ...texts]), async (target) => {
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

/** Names and texts of the files whose change makes another program. */
async function contents(folder: string, which: RegExp): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => which.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  return [...files, ...texts];
}

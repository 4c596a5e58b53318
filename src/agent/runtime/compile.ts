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
  const folder = await cached(workshop.cache, await runtimeName(own, architecture, workshop), async (target) => {
    const sources = await sourceTrees(workshop);
    workshop.report(`compiling the runtime for ${architecture} (once, a minute)`);
    const { signal } = workshop;
    const work = path.join(target, 'work');
    await mkdir(work, { recursive: true });
    const variables = [`SOURCES=${sources}`, `HERE=${own}`, `TRIPLE=${TRIPLES[architecture]}`];
    const jobs = `-j${String(availableParallelism())}`;
    await run('make', ['--silent', jobs, '-f', path.join(own, 'Makefile'), ...variables], { signal, cwd: work });
    await rename(path.join(work, 'runtime'), path.join(target, 'runtime'));
    await rm(work, { recursive: true });
    const versions = JSON.parse(await readFile(path.join(sources, 'versions.json'), 'utf8')) as SourceVersions;
    const made: Runtime['made'] = { ...versions, compiler: await compilerVersion(architecture, signal) };
    await writeFile(path.join(target, 'made.json'), JSON.stringify(made));
  });
  return {
    path: path.join(folder, 'runtime'),
    made: JSON.parse(await readFile(path.join(folder, 'made.json'), 'utf8')) as Runtime['made'],
  };
}

/** The name in the cache: all that a change of makes another program. */
export async function runtimeName(own: string, architecture: Architecture, { signal }: Workshop): Promise<string> {
  const files = (await readdir(own)).filter((name) => /\.[ch]$|^Makefile$/.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(path.join(own, name), 'utf8')));
  return cacheName(`runtime-${architecture}`, [await compilerVersion(architecture, signal), ...files, ...texts]);
}

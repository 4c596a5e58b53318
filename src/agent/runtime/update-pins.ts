import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from '../../failure.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { type SourcePackage, type SourceVersion, readPins, writePins } from './pinned-sources.ts';
import { archiveLines, openSourceArchive } from './source-archive.ts';

/** Pins the newest version of each source in the suite and its security archive. */
export async function updatePins(own: string, context: BuildContext, linesOf = archiveLines): Promise<void> {
  const pins = await readPins(own);
  const lists = await mkdtemp(path.join(tmpdir(), 'lvsctl-sources-'));
  try {
    const archive = await openSourceArchive(await linesOf(pins.suite, context), lists, context.signal);
    const newest = async (name: SourcePackage): Promise<SourceVersion> => {
      const [source] = await archive.versionsOf(name);
      if (source === undefined) throw new Failure('lab', `${name}: no source package in Debian ${pins.suite}`);
      const { version } = pins.sources[name];
      context.report(`${name} ${version === source.version ? version : `${version} → ${source.version}`}`);
      return source;
    };
    const sources = { quickjs: await newest('quickjs'), mbedtls: await newest('mbedtls'), musl: await newest('musl') };
    await writePins(own, { suite: pins.suite, sources });
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}

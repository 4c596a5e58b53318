import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SOURCE_PACKAGES, type SourcePackage } from './pinned-sources.ts';
import type { SourceTrees } from './source-trees.ts';

/** The licence file of each package. */
const NAMES: Readonly<Record<SourcePackage, string>> = {
  quickjs: 'LICENSE',
  mbedtls: 'LICENSE',
  musl: 'COPYRIGHT',
};

/** The licences of everything compiled into a runtime, which must be distributed with it. */
export async function licenses({ folder }: SourceTrees): Promise<string> {
  const texts = SOURCE_PACKAGES.map(async (name) => {
    const text = await readFile(path.join(folder, name, NAMES[name]), 'utf8');
    return `${name}\n${'='.repeat(name.length)}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join('\n\n');
}

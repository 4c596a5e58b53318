import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workshop } from '../../lab/ingredients.ts';
import { SOURCE_PACKAGES, sourceTrees } from './source-trees.ts';

/** What the file is called in the tree of each package. */
const NAMES: Readonly<Record<(typeof SOURCE_PACKAGES)[number], string>> = {
  quickjs: 'LICENSE',
  mbedtls: 'LICENSE',
  musl: 'COPYRIGHT',
};

/** The licences of all that is compiled into a runtime: whoever passes the program on has to pass them on with it. */
export async function licenses(workshop: Workshop): Promise<string> {
  const sources = await sourceTrees(workshop);
  const texts = SOURCE_PACKAGES.map(async (name) => {
    const text = await readFile(path.join(sources, name, NAMES[name]), 'utf8');
    return `${name}\n${'='.repeat(name.length)}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join('\n\n');
}

import { resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import type { Node } from './node.ts';
import { overlay } from './overlay.ts';
import type { InventoryEnvironment } from './source.ts';
import { markSources } from './mark-sources.ts';
import { parseYaml } from './yaml.ts';

export interface Loaded {
  /** All files laid over each other; undefined when one of them could not be read. */
  readonly root: Node | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the files in their order, later ones over earlier ones. It never throws. */
export async function load(sources: readonly string[], environment: InventoryEnvironment): Promise<Loaded> {
  const diagnostics: Diagnostic[] = [];
  const roots: Node[] = [];
  for (const file of sources) {
    const text = await textOf(file, environment);
    if (typeof text !== 'string') {
      diagnostics.push({ severity: 'error', file, path: '', line: undefined, ...text });
      continue;
    }
    const parsed = parseYaml(file, text);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.root?.kind === 'map') roots.push(markSources(parsed.root));
    else if (parsed.root !== undefined) {
      const what = `An inventory is a map of keys, not ${parsed.root.kind === 'list' ? 'a list' : 'a single value'}.`;
      const hint = 'Start with a line such as `vip: 192.168.168.12`.';
      diagnostics.push({ severity: 'error', file, path: '', line: parsed.root.place.line, what, hint });
    }
  }
  const [first, ...rest] = roots;
  if (first === undefined || roots.length < sources.length) return { root: undefined, diagnostics };
  return { root: rest.reduce(overlay, first), diagnostics };
}

interface Unreadable {
  readonly what: string;
  readonly hint: string | undefined;
}

async function textOf(file: string, environment: InventoryEnvironment): Promise<string | Unreadable> {
  try {
    const bytes = await (file === '-'
      ? environment.readStandardInput()
      : environment.readFile(resolve(environment.folder, file)));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return unreadable(error);
  }
}

/** Why a file gives no text, in words. */
export function unreadable(error: unknown): Unreadable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { what: 'The file does not exist.', hint: '`lvsctl init` writes a starter inventory.' };
  }
  if (code === 'EISDIR') return { what: 'This is a folder, not a file.', hint: 'Name the file inside it.' };
  if (code === 'EACCES') return { what: 'The file may not be read.', hint: 'Look at its mode and owner.' };
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return { what: 'The file is not UTF-8 text.', hint: 'Save it as UTF-8.' };
  }
  return {
    what: `The file could not be read: ${error instanceof Error ? error.message : String(error)}.`,
    hint: undefined,
  };
}

import type { MapNode, Node, SecretSource } from './node.ts';
import type { PathParts } from './place.ts';
import { inventory } from './schema.ts';
import { takesKey } from './schema-keys.ts';

/**
 * Replaces each `{env: NAME}`, `{file: PATH}`, `{exec: [PROGRAM, …]}` and `{encrypted: TEXT}` by a scalar with this
 * source, except where the schema has a map with such a key.
 */
export function markSources(node: Node, path: PathParts = []): Node {
  switch (node.kind) {
    case 'scalar':
      return node;
    case 'list':
      return { ...node, items: node.items.map((item, index) => markSources(item, [...path, index])) };
    case 'map': {
      const source = sourceOf(node, path);
      if (source !== undefined) return { kind: 'scalar', place: node.place, text: null, source };
      const entries = [...node.entries].map(
        ([key, entry]) => [key, { ...entry, value: markSources(entry.value, [...path, key]) }] as const,
      );
      return { ...node, entries: new Map(entries) };
    }
  }
}

function sourceOf({ entries }: MapNode, path: PathParts): SecretSource | undefined {
  const [[key, { value }] = [undefined, { value: undefined }], ...more] = entries;
  if (key === undefined || value === undefined || more.length > 0 || path.length === 0) return undefined;
  if (key !== 'env' && key !== 'file' && key !== 'exec' && key !== 'encrypted') return undefined;
  if (takesKey(inventory, path, key)) return undefined;
  if (key === 'exec') {
    const argv = value.kind === 'list' ? value.items.flatMap((item) => textOf(item) ?? []) : [];
    const isWhole = value.kind === 'list' && argv.length === value.items.length && argv.length > 0;
    return isWhole ? { kind: 'exec', argv } : undefined;
  }
  const text = textOf(value);
  return text === undefined ? undefined : { kind: key, text };
}

function textOf(node: Node): string | undefined {
  return node.kind === 'scalar' && node.text !== null && node.text !== '' ? node.text : undefined;
}

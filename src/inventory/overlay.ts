import type { MapNode, Node } from './node.ts';

/**
 * Lays a later file over an earlier one: maps are merged key by key, everything else is replaced.
 * Every value keeps the place where it was written.
 */
export function overlay(under: Node, over: Node): Node {
  if (under.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map<string, { keyPlace: MapNode['place']; value: Node }>(under.entries);
  for (const [key, entry] of over.entries) {
    const former = entries.get(key);
    entries.set(key, {
      keyPlace: entry.keyPlace,
      value: former === undefined ? entry.value : overlay(former.value, entry.value),
    });
  }
  return { kind: 'map', place: under.place, entries };
}

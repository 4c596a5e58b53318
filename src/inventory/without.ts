import type { Plain } from './node.ts';
import { pathText, type PathParts } from './place.ts';

export interface Pruned {
  readonly value: Plain;
  /** From a place in the pruned value to the place it had before. */
  readonly original: (path: PathParts) => PathParts;
}

/** A copy without the things at these places. */
export function without(value: Plain, removed: readonly PathParts[]): Pruned {
  const gone = new Set(removed.map(pathText));
  const kept = new Map<string, readonly number[]>();
  const copy = (thing: Plain, path: PathParts): Plain => {
    if (isList(thing)) {
      const indexes = [...thing.keys()].filter((index) => !gone.has(pathText([...path, index])));
      kept.set(pathText(path), indexes);
      return indexes.map((index) => copy(thing[index] ?? null, [...path, index]));
    }
    if (typeof thing !== 'object' || thing === null) return thing;
    const record = Object.create(null) as Record<string, Plain>;
    for (const [key, inner] of Object.entries(thing)) {
      if (!gone.has(pathText([...path, key]))) record[key] = copy(inner, [...path, key]);
    }
    return record;
  };
  return {
    value: gone.has('') ? {} : copy(value, []),
    original: (path) =>
      path.reduce<PathParts>((before, part) => {
        const index = typeof part === 'number' ? kept.get(pathText(before))?.[part] : undefined;
        return [...before, index ?? part];
      }, []),
  };
}

function isList(thing: Plain): thing is readonly Plain[] {
  return Array.isArray(thing);
}

import type { Data } from '../keepalived/from-data.ts';
import type { DataPath } from '../keepalived/write.ts';

export type DataMap = Readonly<Record<string, Data>>;

/** An inventory in the making. */
export interface Draft {
  readonly data: DataMap;
  /** What a person should know of a key, by its path: comments above it. */
  readonly notes: readonly Note[];
}

/** A decision, an omission, or something that the files do not say. */
export interface Note {
  /** Of the draft; an empty one is about all of it. */
  readonly at: DataPath;
  readonly text: string;
}

/** Without the keys that have no value. */
export function defined(map: Readonly<Record<string, Data | undefined>>): DataMap {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

export function same(one: Data | undefined, other: Data | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What all maps agree on, and what is left of each. */
export function shared(maps: readonly DataMap[]): { readonly common: DataMap; readonly own: readonly DataMap[] } {
  const [first = {}, ...others] = maps;
  const common = Object.fromEntries(
    Object.entries(first).filter(([key, value]) => others.every((other) => same(other[key], value))),
  );
  return { common, own: maps.map((map) => without(map, Object.keys(common))) };
}

export function without(map: DataMap, keys: readonly string[]): DataMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

export function isMap(value: Data | undefined): value is DataMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

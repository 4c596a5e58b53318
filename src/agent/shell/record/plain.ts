import { fromHex, toHex } from '../../../keepalived/text/utf8.ts';

/** A JSON value. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/**
 * Converts any value of the cores to JSON: bytes, bigints, maps, sets and non-finite numbers become objects with a
 * single key that starts with `$`. Undefined properties are omitted.
 * @param seen for shared references: an object seen before becomes `{"$same": number}`
 */
export function toPlain(value: unknown, seen?: Map<object, number>): Plain {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Uint8Array) return { $hex: toHex(value) };
  const before = seen?.get(value);
  if (before !== undefined) return { $same: before };
  seen?.set(value, seen.size);
  const list = (items: Iterable<unknown>): readonly Plain[] => Array.from(items, (item) => toPlain(item, seen));
  if (Array.isArray(value)) return list(value);
  if (value instanceof Map) return { $map: list(value.entries()) };
  if (value instanceof Set) return { $set: list(value.values()) };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, toPlain(item, seen)]));
}

/** The inverse, without `$same`. @throws Error for an unknown `$` key */
export function fromPlain(value: Plain): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(fromPlain);
  const entries = Object.entries(value);
  const [only] = entries;
  if (only?.[0].startsWith('$') === true && entries.length === 1) return special(only[0], only[1]);
  return Object.fromEntries(entries.map(([name, item]) => [name, fromPlain(item)]));
}

function special(name: string, value: Plain): unknown {
  if (name === '$hex' && typeof value === 'string') return fromHex(value) ?? new Uint8Array(0);
  if (name === '$number') return Number(value);
  if (name === '$bigint' && typeof value === 'string') return BigInt(value);
  if (name === '$set' && isList(value)) return new Set(value.map(fromPlain));
  if (name === '$map' && isList(value)) return new Map(value.map(fromPlain) as [unknown, unknown][]);
  throw new Error(`unknown value type ${name}`);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

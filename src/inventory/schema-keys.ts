import type * as z from 'zod';
import type { Keyword } from '../keepalived/keywords/keyword.ts';
import { KEYWORD_OF_SCHEMA } from './keywords.ts';
import type { PathParts } from './place.ts';

/** The keys that the schema knows at a place; none when the place is no map. */
export function keysAt(schema: z.core.$ZodType, path: PathParts): readonly string[] {
  const def = schemaAt(schema, path)?._zod.def;
  return isObject(def) ? Object.keys(def.shape) : [];
}

function schemaAt(schema: z.core.$ZodType, path: PathParts): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = bare(schema);
  for (const part of path) {
    const def: z.core.$ZodTypeDef | undefined = at?._zod.def;
    if (isObject(def)) at = bare(def.shape[String(part)]);
    else if (isArray(def)) at = bare(def.element);
    else if (def?.type === 'record') at = bare((def as z.core.$ZodRecordDef).valueType);
    else return undefined;
  }
  return at;
}

/** Whether the schema has a map at a place that takes a key, by its name or as any name. */
export function takesKey(schema: z.core.$ZodType, path: PathParts, key: string): boolean {
  for (const [index, part] of path.entries()) {
    const around = schemaAt(schema, path.slice(0, index))?._zod.def;
    const inner = isObject(around) ? around.shape[String(part)] : undefined;
    const keyword = inner === undefined ? undefined : KEYWORD_OF_SCHEMA.get(inner);
    if (keyword?.own === false) return blockTakesKey(keyword.entry, path.slice(index + 1), key);
  }
  const def = schemaAt(schema, path)?._zod.def;
  return (isObject(def) && Object.hasOwn(def.shape, key)) || def?.type === 'record';
}

/** The same for a block of keepalived.conf as data; see `fromData`. */
function blockTakesKey({ shape }: Keyword, path: PathParts, key: string): boolean {
  if (shape.kind !== 'block') return false;
  const keys = path.filter((part) => typeof part === 'string');
  const [name, ...inside] = shape.name ? keys : ['', ...keys];
  // A map of names.
  if (name === undefined) return true;
  const [next, ...rest] = inside;
  if (shape.of === undefined) return false;
  if (next === undefined) return Object.hasOwn(shape.of, key);
  const entry = Object.hasOwn(shape.of, next) ? shape.of[next] : undefined;
  return entry !== undefined && blockTakesKey(entry, rest, key);
}

/** Takes off what wraps a schema without changing the shape of what it describes. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema;
  for (;;) {
    const def: z.core.$ZodTypeDef | undefined = at?._zod.def;
    if (def?.type === 'optional') at = (def as z.core.$ZodOptionalDef).innerType;
    else if (def?.type === 'pipe') at = (def as z.core.$ZodPipeDef).out;
    else return at;
  }
}

function isObject(def: z.core.$ZodTypeDef | undefined): def is z.core.$ZodObjectDef {
  return def?.type === 'object';
}

function isArray(def: z.core.$ZodTypeDef | undefined): def is z.core.$ZodArrayDef {
  return def?.type === 'array';
}

import type * as z from 'zod';
import type { PathParts } from './place.ts';

/** The keys that the schema knows at a place; none when the place is no map. */
export function keysAt(schema: z.core.$ZodType, path: PathParts): readonly string[] {
  let at: z.core.$ZodType | undefined = bare(schema);
  for (const part of path) {
    const def: z.core.$ZodTypeDef | undefined = at?._zod.def;
    if (isObject(def)) at = bare(def.shape[String(part)]);
    else if (isArray(def)) at = bare(def.element);
    else if (def?.type === 'record') at = bare((def as z.core.$ZodRecordDef).valueType);
    else return [];
  }
  const def = at?._zod.def;
  return isObject(def) ? Object.keys(def.shape) : [];
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

import type { InventoryKeyword } from '../inventory/keywords.ts';
import { BOOLEAN_WORDS } from '../inventory/schema-values.ts';
import type { Keyword, Keywords, Shape } from '../keepalived/keywords/keyword.ts';
import type { Meaning } from '../keepalived/keywords/meaning.ts';
import { MEANINGS } from '../keepalived/keywords/meanings.ts';
import { sinceOf } from '../keepalived/keywords/releases.ts';

/** The parts of JSON Schema that are used here. */
export interface Schema {
  $schema?: string;
  type?: string | readonly string[];
  description?: string;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  items?: Schema;
  anyOf?: readonly Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  $ref?: string;
  allOf?: readonly Schema[];
  definitions?: Record<string, Schema>;
  maxItems?: number;
  format?: string;
  examples?: readonly unknown[];
  /** Carries `examples` through zod. */
  inputExamples?: readonly unknown[];
  /** Carries the short forms of a value through zod. */
  shortForm?: 'item' | 'address' | 'client' | 'name' | 'pool';
  /** The unit of a number. */
  unit?: string;
  /** The release of keepalived that introduced the keyword. */
  since?: string;
  /** How the bundled agent treats the keyword. */
  agent?: 'reads' | 'ignores' | 'refuses';
}

const TEXT: Schema = { type: ['string', 'number'] };
const LINES: Schema = { anyOf: [TEXT, { type: 'array', items: TEXT }] };
const BOOLEAN: Schema = { enum: BOOLEAN_WORDS };

/** Definitions by name, for references. */
export type Definitions = Record<string, Schema>;

/** The values of a keyword in an inventory, as read by `fromData`. Blocks are added to `definitions`. */
export function keywordSchema({ keyword, entry, around }: InventoryKeyword, definitions: Definitions): Schema {
  const path = [...around, keyword];
  const made = { ...annotationsOf(path, entry), ...valueSchema(entry.shape, path, definitions) };
  const block = definitions[path.join('.')]?.properties;
  // Keywords inside an unsupported block are unsupported too.
  if (block !== undefined && entry.status !== 'model')
    for (const inner of Object.values(block)) inner.agent = AGENT[entry.status];
  return made;
}

/** Description, unit and release of a keyword. @param path the blocks around it, then the keyword */
export function annotationsOf(path: readonly string[], { status, shape }: Keyword): Schema {
  const meaning = meaningOf(path);
  const explicit = typeof meaning === 'object' ? meaning.unit : undefined;
  const unit = explicit ?? (shape.kind === 'seconds' || shape.kind === 'timer' ? 'seconds' : undefined);
  const since = sinceOf(path);
  return {
    description: typeof meaning === 'object' ? meaning.does : (meaning ?? ''),
    ...(unit !== undefined && unit !== '' && { unit }),
    ...(since !== undefined && { since }),
    agent: AGENT[status],
  };
}

const AGENT = { model: 'reads', ignored: 'ignores', unsupported: 'refuses' } as const;

function meaningOf(path: readonly string[]): Meaning | undefined {
  return path.reduce<Meaning | undefined>((at, part) => (typeof at === 'object' ? at.of?.[part] : undefined), {
    does: '',
    of: MEANINGS,
  });
}

function valueSchema(shape: Shape, path: readonly string[], definitions: Definitions): Schema {
  switch (shape.kind) {
    case 'flag':
    case 'bool':
      return BOOLEAN;
    case 'number':
      return orTrue(shape.bare, { type: 'integer', minimum: shape.min, maximum: shape.max });
    case 'seconds':
      return { type: 'integer', minimum: shape.min, maximum: shape.max };
    case 'timer':
      return { type: 'number', minimum: shape.min, maximum: shape.max };
    case 'word':
      return orTrue(shape.bare, TEXT);
    case 'secret':
      return TEXT;
    case 'address':
      return { type: 'string' };
    case 'quoted':
      return orTrue(shape.bare, { type: 'string' });
    case 'choice':
      return { enum: shape.of.flatMap((word) => (/^\d+(?:\.\d+)?$/.test(word) ? [word, Number(word)] : [word])) };
    case 'words':
      return { anyOf: [TEXT, { type: 'array', items: TEXT }, ...(shape.least === 0 ? [{ enum: [true] }] : [])] };
    case 'pattern':
    case 'script':
    case 'lines':
      return LINES;
    case 'block':
      return blockSchema(shape, path, definitions);
  }
}

function orTrue(bare: boolean | undefined, schema: Schema): Schema {
  return bare === true ? { anyOf: [schema, { enum: [true] }] } : schema;
}

function blockSchema(
  { name, of }: Extract<Shape, { kind: 'block' }>,
  path: readonly string[],
  definitions: Definitions,
): Schema {
  if (of === undefined) return { type: 'object', additionalProperties: LINES };
  const id = path.join('.');
  definitions[id] ??= { type: 'object', properties: propertiesOf(of, path, definitions), additionalProperties: false };
  const one: Schema = { $ref: `#/definitions/${id}` };
  const several: Schema = { anyOf: [one, { type: 'array', items: one }, { enum: [true] }] };
  return name ? { type: 'object', additionalProperties: several } : several;
}

function propertiesOf(table: Keywords, around: readonly string[], definitions: Definitions): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(table).map(([keyword, entry]) => [keyword, keywordSchema({ keyword, entry, around }, definitions)]),
  );
}

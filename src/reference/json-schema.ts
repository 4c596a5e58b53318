import * as z from 'zod';
import { KEYWORD_OF_SCHEMA } from '../inventory/keywords.ts';
import { inventory } from '../inventory/schema.ts';
import { type Definitions, type Schema, annotationsOf, keywordSchema } from './keyword-schema.ts';

/** The JSON Schema of an inventory, with annotations for the reference: `unit`, `since`, `agent`. */
export function annotatedSchema(): Schema {
  const definitions: Definitions = {};
  const made: Schema = z.toJSONSchema(inventory, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const schema: Schema = jsonSchema as Schema;
      describeKeyword(zodSchema, schema, definitions);
      addShortForm(schema);
      addExamples(schema);
    },
  }) as Schema;
  return { ...made, definitions: { ...made.definitions, ...definitions } };
}

/** docs/inventory.schema.json, for editors: annotations are sentences of the description. */
export function inventorySchema(): string {
  const { $schema, ...schema } = published(annotatedSchema());
  return `${compact({ $schema, title: 'lvsctl inventory', ...schema })}\n`;
}

function describeKeyword(zodSchema: z.core.$ZodType, schema: Schema, definitions: Definitions): void {
  const keyword = KEYWORD_OF_SCHEMA.get(zodSchema);
  if (keyword === undefined) return;
  if (!keyword.own) Object.assign(schema, keywordSchema(keyword, definitions));
  const { description, unit } = annotationsOf([...keyword.around, keyword.keyword], keyword.entry);
  schema.description ??= description ?? '';
  if (unit !== undefined) schema.unit ??= unit;
}

/** A list may be a single item, and a host its address. */
function addShortForm(schema: Schema): void {
  const { shortForm, type, items, maxItems, allOf } = schema;
  if (shortForm === undefined) return;
  delete schema.shortForm;
  if (shortForm === 'item' && items !== undefined) {
    delete schema.type;
    delete schema.items;
    delete schema.maxItems;
    schema.anyOf = [items, { type: type ?? 'array', items, ...(maxItems !== undefined && { maxItems }) }];
    return;
  }
  delete schema.allOf;
  const short: Schema =
    shortForm === 'name' || shortForm === 'pool' ? { type: 'string' } : { type: 'string', format: 'ip' };
  const list: Schema = { type: 'array', items: { anyOf: [short, { $ref: '#/definitions/member' }] } };
  schema.anyOf = [
    ...(shortForm === 'client' ? [{ enum: ['local'] }] : []),
    short,
    ...(shortForm === 'pool' ? [list] : (allOf ?? [])),
  ];
}

/** zod treats examples as those of the parsed value and omits them. */
function addExamples(schema: Schema): void {
  const { inputExamples } = schema;
  if (inputExamples === undefined) return;
  delete schema.inputExamples;
  schema.examples = inputExamples;
}

function published(schema: Schema): Schema {
  const { description, unit, since, agent, properties, definitions, items, anyOf, additionalProperties } = schema;
  const { unit: _unit, since: _since, agent: _agent, format: _format, ...rest } = schema;
  // JSON Schema has a format for each family, and none for both.
  const format = schema.format === undefined || schema.format === 'ip' ? {} : { format: schema.format };
  const sentences = [
    ...(description === undefined ? [] : [`${description}${unit === undefined ? '' : ` (${unit})`}`]),
    ...(since === undefined ? [] : [`since keepalived ${since}`]),
    ...(agent === undefined || agent === 'reads' ? [] : [`the bundled agent ${agent} it`]),
  ].map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  return {
    ...rest,
    ...format,
    ...(sentences.length > 0 && { description: sentences.join(' ') }),
    ...(properties !== undefined && { properties: eachPublished(properties) }),
    ...(definitions !== undefined && { definitions: eachPublished(definitions) }),
    ...(items !== undefined && { items: published(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(published) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: published(additionalProperties) }),
  };
}

function eachPublished(schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, published(schema)]));
}

/** JSON with one line per value that fits. */
function compact(value: unknown, indent = ''): string {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length <= 110) return short;
  const deeper = `${indent}  `;
  const inner = Array.isArray(value)
    ? value.map((one) => `${deeper}${compact(one, deeper)}`)
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => `${deeper}${JSON.stringify(key)}: ${compact(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${inner.join(',\n')}\n${indent}${close}`;
}

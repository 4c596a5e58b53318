import type { Schema } from './keyword-schema.ts';

/** Larger bounds are limits of a type and not worth showing. */
const LARGEST_BOUND = 1_000_000_000;

/**
 * Describes the values of a schema.
 * @param link to the section of a definition
 */
export function valueText(schema: Schema, link: (definition: string) => string): string {
  const { type, enum: words, anyOf, allOf, $ref, examples } = schema;
  const such = examples === undefined ? '' : `, such as ${examples.map(code).join(', ')}`;
  if ($ref !== undefined) return link($ref.replace('#/definitions/', ''));
  if (allOf !== undefined) return allOf.map((one) => valueText(one, link)).join(' and ');
  if (words !== undefined) return words.includes('yes') ? '`true` or `false`' : words.map(code).join(', ');
  if (anyOf !== undefined) return `${alternatives(anyOf, link)}${such}`;
  if (type === 'integer') return withinText('whole number', schema);
  if (type === 'number') return withinText('number', schema);
  if (type === 'array') return `list of ${listed(schema, link)}`;
  if (type === 'object') return mapText(schema, link);
  return `${schema.format === 'ip' ? 'IP address' : 'text'}${such}`;
}

/** A list of a type that may also be a single value is just `a list`; the page explains other forms of blocks once. */
function alternatives(anyOf: readonly Schema[], link: (definition: string) => string): string {
  const [first, second] = anyOf;
  if (first?.$ref !== undefined && second?.type === 'array') return valueText(first, link);
  const texts = anyOf.map((schema, index) =>
    index > 0 && schema.type === 'array' ? 'a list' : valueText(schema, link),
  );
  return [texts.slice(0, -1).join(', '), texts.at(-1) ?? ''].filter((text) => text !== '').join(' or ');
}

function withinText(noun: string, { minimum = 0, maximum = Infinity, unit }: Schema): string {
  const range = maximum > LARGEST_BOUND ? `from ${minimum}` : `${minimum} to ${maximum}`;
  return `${noun}, ${range}${unit === undefined ? '' : `, ${unit}`}`;
}

function listed({ items }: Schema, link: (definition: string) => string): string {
  if (items === undefined) return 'values';
  return `${items.anyOf === undefined ? '' : 'items, each '}${valueText(items, link)}`;
}

function mapText({ additionalProperties, properties }: Schema, link: (definition: string) => string): string {
  if (properties === undefined && typeof additionalProperties === 'object')
    return `map of names, each ${valueText(additionalProperties, link)}`;
  return properties === undefined ? 'map' : `map of ${Object.keys(properties).map(code).join(', ')}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

import { KEYWORDS, type InventoryKeywords } from '../../src/inventory/keywords.ts';
import type { Data } from '../../src/keepalived/from-data.ts';
import type { Keyword, Keywords } from '../../src/keepalived/keywords/keyword.ts';
import { mapped } from '../../src/keepalived/language/mapped-text.ts';
import { escapedArgs, readStatements, type Statement } from '../../src/keepalived/language/read-statements.ts';
import { reporter } from '../../src/keepalived/reporter.ts';

type DataMap = Record<string, Data>;

class Unsuitable extends Error {}

const say = reporter(({ text }) => {
  throw new Unsuitable(text);
});

/**
 * The lines of a raw block as keys of the inventory at the same place; undefined for what has no keys: conditions,
 * definitions, old names, one keyword twice.
 */
export function keysOf(raw: string, place: keyof typeof KEYWORDS): DataMap | undefined {
  const lines = raw.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => /^\s*[@~$!#]|\$|include/.test(line))) return undefined;
  try {
    const statements = readStatements(
      lines.map((line, index) => mapped(line, { file: '', line: index + 1, column: 1 })),
      say,
    );
    return mapOf(statements, byKeyword(KEYWORDS[place]));
  } catch (error) {
    if (error instanceof Unsuitable) return undefined;
    throw error;
  }
}

function byKeyword(table: InventoryKeywords): ReadonlyMap<string, readonly [string, Keyword]> {
  return new Map(Object.entries(table).map(([key, { keyword, entry }]) => [keyword, [key, entry]]));
}

function byName(table: Keywords): ReadonlyMap<string, readonly [string, Keyword]> {
  return new Map(Object.entries(table).map(([key, entry]) => [key, [key, entry]]));
}

function mapOf(statements: readonly Statement[], table: ReadonlyMap<string, readonly [string, Keyword]>): DataMap {
  const map: DataMap = {};
  for (const statement of statements) {
    const [key, entry] = table.get(statement.keyword.text) ?? [];
    if (key === undefined || entry === undefined) throw new Unsuitable(statement.keyword.text);
    const { shape } = entry;
    const named = shape.kind === 'block' && shape.name;
    if (Object.hasOwn(map, key) && !named) throw new Unsuitable(key);
    if (named) {
      const name = statement.args.map(({ text }) => text).join(' ');
      const names = (map[key] ?? {}) as DataMap;
      if (name === '' || Object.hasOwn(names, name)) throw new Unsuitable(key);
      map[key] = { ...names, [name]: valueOf(statement, entry) };
    } else map[key] = valueOf(statement, entry);
  }
  return map;
}

function valueOf(statement: Statement, { shape }: Keyword): Data {
  const { args, block = [] } = statement;
  const words = args.map(({ text }) => text);
  if (shape.kind === 'lines') return block.map(lineOf);
  if (shape.kind === 'block') return shape.of === undefined ? block.map(lineOf) : mapOf(block, byName(shape.of));
  if (statement.block !== undefined) throw new Unsuitable('a block');
  if (shape.kind === 'script') return escapedArgs(statement, say).map(({ text }) => text);
  if (shape.kind === 'words' || shape.kind === 'pattern') return words.length === 0 ? 'true' : words;
  const [only, surplus] = shape.kind === 'quoted' ? escapedArgs(statement, say).map(({ text }) => text) : words;
  if (surplus !== undefined || (shape.kind === 'flag' && only !== undefined)) throw new Unsuitable('a word too many');
  if (only === undefined && shape.kind !== 'flag' && shape.kind !== 'bool') throw new Unsuitable('no value');
  return only ?? 'true';
}

function lineOf({ keyword, args, block }: Statement): string {
  if (block !== undefined) throw new Unsuitable('a block');
  return [keyword, ...args].map(({ text }) => (/^[\w.:/-]+$/.test(text) ? text : `"${text}"`)).join(' ');
}

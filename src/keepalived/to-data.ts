import { type Data, fromData } from './from-data.ts';
import type { Keyword, Keywords } from './keywords/keyword.ts';
import { plainWords } from './language/split-words.ts';
import { mapped } from './language/mapped-text.ts';
import { nearest } from './nearest.ts';
import type { PlacedDirective } from './read-directives.ts';
import { type Directive, unwritable, writeEntries } from './write.ts';

export interface ToData {
  readonly data: { readonly [key: string]: Data };
  /** What the data does not have. */
  readonly omitted: readonly Omitted[];
}

/** A directive that the data does not have. */
export interface Omitted {
  readonly directive: PlacedDirective;
  /**
   * - `unknown`: keepalived does not know the keyword in this place, and goes on without
   * - `invalid`: keepalived knows the keyword and not the value; `text` says why
   * - `repeated`: of several of this keyword another one counts
   * - `unwritable`: data cannot hold it; `text` says why
   */
  readonly why: 'unknown' | 'invalid' | 'repeated' | 'unwritable';
  readonly text: string;
}

/** A keyword by the key that it has in the data. */
export type DataKeys = ReadonlyMap<string, { readonly key: string; readonly entry: Keyword }>;

export function keysOfTable(table: Keywords): DataKeys {
  return new Map(Object.entries(table).map(([keyword, entry]) => [keyword, { key: keyword, entry }]));
}

/** Directives as the data that `fromMap` reads: the inverse of it, as far as keepalived itself distinguishes them. */
export function toData(directives: readonly PlacedDirective[], keys: DataKeys, place: string): ToData {
  const omitted: Omitted[] = [];
  const data: Record<string, Data> = {};
  for (const [keyword, all] of byKeyword(directives)) {
    const known = keys.get(keyword);
    if (known === undefined) {
      const meant = nearest(keyword, [...keys.keys()]);
      const text = `keepalived does not know ${keyword} in ${place}${meant === undefined ? '' : `, only ${meant}`}`;
      omitted.push(...all.map((directive) => ({ directive, why: 'unknown' as const, text })));
      continue;
    }
    const { key, entry } = known;
    const { value, omitted: without } = valueOf(keyword, all, entry, place);
    omitted.push(...without);
    if (value === undefined) continue;
    const [mistake] = fromData(keyword, value, entry, place).mistakes;
    if (mistake === undefined) data[key] = value;
    else omitted.push(...all.map((directive) => ({ directive, why: 'invalid' as const, text: mistake.what })));
  }
  return { data, omitted };
}

interface Valued {
  readonly value: Data | undefined;
  readonly omitted: readonly Omitted[];
}

function valueOf(keyword: string, all: readonly PlacedDirective[], entry: Keyword, place: string): Valued {
  const { shape } = entry;
  if (shape.kind === 'lines' || (shape.kind === 'block' && !shape.name)) {
    const blocks = all.filter(({ block }) => block !== undefined);
    const bare = all
      .filter(({ block }) => block === undefined)
      .map((directive) => ({ directive, why: 'invalid' as const, text: `${keyword} has no block` }));
    if (blocks.length === 0) return { value: undefined, omitted: bare };
    const valued = shape.kind === 'lines' ? linesOf(blocks) : mapsOf(blocks, shape.of, keyword);
    return { value: valued.value, omitted: [...bare, ...valued.omitted] };
  }
  if (shape.kind === 'block') return named(all, shape.of);
  const chosen = ACCUMULATED.has(keyword) ? all : [entry.once === true ? all[0] : all.at(-1)];
  const omitted: Omitted[] = all
    .filter((directive) => !chosen.includes(directive))
    .map((directive) => ({ directive, why: 'repeated', text: `${keyword} occurs more than once in ${place}` }));
  const words = chosen.flatMap((directive) => directive?.words ?? []);
  const [first] = chosen;
  if (first !== undefined && first.block === undefined && words.length === 0 && requiresValue(shape)) {
    const text = 'it has no value';
    return { value: undefined, omitted: [...omitted, { directive: first, why: 'invalid', text }] };
  }
  const why = words.map((word) => unwritable(word, first?.escaped === true)).find((found) => found !== undefined);
  if (first !== undefined && (why !== undefined || first.block !== undefined)) {
    const text = first.block === undefined ? `${keyword} ${why ?? ''}` : `${keyword} has no block`;
    const kind = first.block === undefined ? ('unwritable' as const) : ('invalid' as const);
    return { value: undefined, omitted: [...omitted, { directive: first, why: kind, text }] };
  }
  return { value: scalar(words, shape.kind), omitted };
}

/** Keywords of which every one counts. */
const ACCUMULATED: ReadonlySet<string> = new Set(['status_code', 'regex_options', 'param_match']);

/** Whether keepalived reports the keyword alone. */
function requiresValue(shape: Keyword['shape']): boolean {
  if (shape.kind === 'words') return shape.least > 0;
  return !['flag', 'bool'].includes(shape.kind) && !('bare' in shape && shape.bare);
}

type Scalar = Exclude<Keyword['shape']['kind'], 'lines' | 'block'>;

/** @returns what `fromData` reads as these words */
function scalar(words: readonly string[], kind: Scalar): Data {
  const [first] = words;
  if (kind === 'flag' || first === undefined) return 'true';
  if (kind === 'script') return words.length === 1 ? first : words;
  if (kind !== 'words' && kind !== 'pattern') return first;
  const text = words.join(' ');
  const split = plainWords(mapped(text, { file: '', line: 1, column: 1 }));
  const same = split.unmatched === undefined && split.words.map((word) => word.text).join('\n') === words.join('\n');
  return same && text !== 'true' ? text : words;
}

function linesOf(blocks: readonly PlacedDirective[]): Valued {
  const omitted: Omitted[] = [];
  const lines: string[] = [];
  for (const directive of blocks.flatMap(({ block }) => block ?? [])) {
    const why = [directive.keyword, ...directive.words]
      .map((word) => unwritable(word, false))
      .find((found) => found !== undefined);
    if (why !== undefined)
      omitted.push({ directive, why: 'unwritable', text: `a line of ${directive.keyword} ${why}` });
    else lines.push(lineOf(directive));
    if (directive.block !== undefined)
      omitted.push({ directive, why: 'invalid', text: `${directive.keyword} has no block` });
  }
  return { value: lines, omitted };
}

/** A directive of a block of lines as the text of its line. */
export function lineOf({ keyword, words }: Directive): string {
  return writeEntries([{ keyword, words }])[0]?.text ?? '';
}

function mapsOf(blocks: readonly PlacedDirective[], of: Keywords | undefined, keyword: string): Valued {
  const maps = blocks.map(({ block }) => toData(block ?? [], keysOfTable(of ?? {}), keyword));
  const [only, second] = maps;
  return {
    value: only !== undefined && second === undefined ? only.data : maps.map(({ data }) => data),
    omitted: maps.flatMap(({ omitted }) => omitted),
  };
}

/** A block with a name: a map of names, each a map, a list of lines, or a list of maps. */
function named(all: readonly PlacedDirective[], of: Keywords | undefined): Valued {
  const omitted: Omitted[] = [];
  const names = new Map<string, PlacedDirective[]>();
  for (const directive of all) {
    const { words, block, keyword } = directive;
    const why =
      words.map((word) => unwritable(word, false)).find((found) => found !== undefined) ??
      (words.some((word) => /\s|^$/.test(word)) ? 'has a name with a blank' : undefined);
    if (block === undefined || words.length === 0)
      omitted.push({ directive, why: 'invalid', text: `${keyword} has no ${block === undefined ? 'block' : 'name'}` });
    else if (why !== undefined) omitted.push({ directive, why: 'unwritable', text: `${keyword} ${why}` });
    else names.set(words.join(' '), [...(names.get(words.join(' ')) ?? []), directive]);
  }
  const entries = [...names].map(([name, blocks]) => {
    const valued = of === undefined ? linesOf(blocks) : mapsOf(blocks, of, blocks[0]?.keyword ?? '');
    omitted.push(...valued.omitted);
    return [name, valued.value ?? null] as const;
  });
  return { value: entries.length === 0 ? undefined : Object.fromEntries(entries), omitted };
}

function byKeyword(directives: readonly PlacedDirective[]): ReadonlyMap<string, readonly PlacedDirective[]> {
  const map = new Map<string, PlacedDirective[]>();
  for (const directive of directives) {
    const same = map.get(directive.keyword);
    if (same === undefined) map.set(directive.keyword, [directive]);
    else same.push(directive);
  }
  return map;
}

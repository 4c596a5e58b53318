import { collectDiagnostics } from './collect-diagnostics.ts';
import { nearest } from './nearest.ts';
import { readFields } from './build/fields.ts';
import type { Keyword, Keywords } from './keywords/keyword.ts';
import { mapped } from './language/mapped-text.ts';
import { readStatements } from './language/read-statements.ts';
import { plainWords } from './language/split-words.ts';
import { reporter } from './reporter.ts';
import { type DataPath, type Directive, LONGEST_LINE, unwritable, writeEntries } from './write.ts';

/** Data as YAML has it, each scalar as the text that was written. */
export type Data = string | null | readonly Data[] | { readonly [key: string]: Data };

/** An invalid value. `what` begins with its key. */
export interface DataMistake {
  readonly at: DataPath;
  readonly what: string;
  readonly hint?: string | undefined;
}

export interface FromData {
  readonly directives: readonly Directive[];
  readonly mistakes: readonly DataMistake[];
}

const NONE: FromData = { directives: [], mistakes: [] };

/**
 * Keywords of keepalived written as data. Each shape of the table has its form:
 * - a flag is true or false; a bool is also on, off, yes, no
 * - a number, an address, a word is itself
 * - several words are a list, or one text with blanks; a command with its arguments is one text, and a list when a user
 *   and a group follow
 * - a block is a map, or a list of maps where it may stand more than once; one with a name is a map of names
 * - a block of lines is a list of lines
 *
 * The caller looks up `entry` and reports unknown keys.
 */
export function fromData(key: string, value: Data, entry: Keyword, place: string): FromData {
  const { shape } = entry;
  if (shape.kind === 'flag') return fromFlag(key, value);
  if (shape.kind === 'lines') return all([{ keyword: key, words: [], at: [key] }], fromLines(key, value));
  if (shape.kind !== 'block') return judged(fromWords(key, value, shape.kind), entry, place);
  if (!shape.name) return each(value, [key], (one, at) => fromBlock(key, [], one, shape.of ?? {}, at));
  if (!isMap(value)) return wrong([key], `${key} must be a map of names`);
  return merged(
    Object.entries(value).map(([name, inner]) => {
      const at = [key, name];
      const { of } = shape;
      if (of === undefined) return all([{ keyword: key, words: [name], at }], below(at, fromLines(key, inner), 1));
      return each(inner, at, (one, place) => fromBlock(key, nameWords(name), one, of, place));
    }),
  );
}

/** A virtual_server or a real_server has several words for its name. */
function nameWords(name: string): readonly string[] {
  return name.split(' ').filter((word) => word !== '');
}

/** All keywords of a map, those of its blocks too. */
export function fromMap(data: { readonly [key: string]: Data }, table: Keywords, place: string): FromData {
  return merged(
    Object.entries(data).map(([key, value]) => {
      const entry = Object.hasOwn(table, key) ? table[key] : undefined;
      if (entry !== undefined) return fromData(key, value, entry, place);
      const meant = nearest(key, Object.keys(table));
      const hint = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
      return { directives: [], mistakes: [{ at: [key], what: `${key} is not a keyword of ${place}`, hint }] };
    }),
  );
}

function fromBlock(keyword: string, words: readonly string[], value: Data, table: Keywords, at: DataPath): FromData {
  // A checker without a key is one with keepalived's defaults.
  const map = value === 'true' ? {} : value;
  if (!isMap(map)) return wrong(at, `${keyword} must be a map of keys`);
  return all([{ keyword, words, at }], below(at, fromMap(map, table, keyword)));
}

function fromFlag(key: string, value: Data): FromData {
  if (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value))
    return { directives: [{ keyword: key, words: [], at: [key] }], mistakes: [] };
  if (typeof value === 'string' && /^(?:false|no|off)$/i.test(value)) return NONE;
  return wrong([key], `${key} must be true or false`);
}

function fromLines(key: string, value: Data): FromData {
  return each(value, [key], (line, at) => {
    if (typeof line !== 'string') return wrong(at, `${key} must be a list of lines`);
    const split = splitPlain(line);
    if (split === undefined) return wrong(at, `${key} has a quote that is never closed`);
    const [keyword, ...words] = split;
    if (keyword === undefined) return wrong(at, `${key} has an empty line`);
    return written({ keyword, words, at });
  });
}

type Scalar = Exclude<Keyword['shape']['kind'], 'flag' | 'lines' | 'block'>;

function fromWords(key: string, value: Data, kind: Scalar): FromData {
  const at = [key];
  const escaped = kind === 'script' || kind === 'quoted';
  const directive = (words: readonly string[]): FromData =>
    written(escaped ? { keyword: key, words, at, escaped } : { keyword: key, words, at });
  if (typeof value === 'string') {
    if (kind === 'bool') return directive([value.toLowerCase()]);
    if (value === 'true' && (kind === 'words' || kind === 'number' || kind === 'quoted')) return directive([]);
    if (kind !== 'words' && kind !== 'pattern') return directive([value]);
    const words = splitPlain(value);
    return words === undefined ? wrong(at, `${key} has a quote that is never closed`) : directive(words);
  }
  if (Array.isArray(value) && (kind === 'words' || kind === 'pattern' || kind === 'script')) {
    const words = value.filter((word) => typeof word === 'string');
    return words.length === value.length ? directive(words) : wrong(at, `${key} must be a list of words`);
  }
  if (value === null) return wrong(at, `${key} has no value`);
  return wrong(at, `${key} must be a single value`);
}

/** Rejects words that a line of keepalived.conf cannot hold. */
function written(directive: Directive & { readonly at: DataPath }): FromData {
  const { keyword, words, at, escaped } = directive;
  for (const word of [keyword, ...words]) {
    const why = unwritable(word, escaped === true);
    if (why !== undefined) return wrong(at, `${String(at[0])} ${why}`);
  }
  // A block indents by up to eight characters more.
  if ((writeEntries([directive])[0]?.text.length ?? 0) > LONGEST_LINE - 16)
    return wrong(at, `${String(at[0])} is longer than a line that keepalived reads`);
  return { directives: [directive], mistakes: [] };
}

/** Validates a directive by reading its written line. */
function judged(read: FromData, entry: Keyword, place: string): FromData {
  const [directive] = read.directives;
  if (directive === undefined) return read;
  const collected = collectDiagnostics();
  const say = reporter(collected.take);
  const position = { file: '', line: 1, column: 1 };
  const lines = writeEntries([directive]).map(({ text }) => mapped(text, position));
  readFields({ statements: readStatements(lines, say), position }, { [directive.keyword]: entry }, place, say);
  const mistakes = collected
    .diagnostics()
    .filter(({ severity }) => severity === 'error')
    .map(({ text, hint }) => ({ at: directive.at ?? [], what: text, hint }));
  return mistakes.length === 0 ? read : { directives: [], mistakes };
}

function splitPlain(text: string): readonly string[] | undefined {
  const { words, unmatched } = plainWords(mapped(text, { file: '', line: 1, column: 1 }));
  return unmatched === undefined ? words.map((word) => word.text) : undefined;
}

/** One value, or each of a list. */
function each(value: Data, at: DataPath, read: (one: Data, at: DataPath) => FromData): FromData {
  if (!Array.isArray(value)) return read(value, at);
  return merged(value.map((one: Data, index) => read(one, [...at, index])));
}

/** A directive with what stands in its block. */
function all([outer]: readonly [Directive], inner: FromData): FromData {
  return { directives: [{ ...outer, block: inner.directives }], mistakes: inner.mistakes };
}

/** Puts paths below another one. @param skip how many of their own parts that one has already */
function below(at: DataPath, { directives, mistakes }: FromData, skip = 0): FromData {
  const lower = (directive: Directive): Directive => ({
    ...directive,
    at: [...at, ...(directive.at ?? []).slice(skip)],
    ...(directive.block !== undefined && { block: directive.block.map(lower) }),
  });
  return {
    directives: directives.map(lower),
    mistakes: mistakes.map((mistake) => ({ ...mistake, at: [...at, ...mistake.at.slice(skip)] })),
  };
}

function merged(parts: readonly FromData[]): FromData {
  return {
    directives: parts.flatMap(({ directives }) => directives),
    mistakes: parts.flatMap(({ mistakes }) => mistakes),
  };
}

function wrong(at: DataPath, what: string): FromData {
  return { directives: [], mistakes: [{ at, what }] };
}

function isMap(value: Data): value is { readonly [key: string]: Data } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

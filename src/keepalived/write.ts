/** A statement to be written: a keyword, the words behind it, and a block. */
export interface Directive {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly block?: readonly Directive[] | undefined;
  /** The words are those of a script or a pattern, in which a backslash escapes (`escapedWords`). */
  readonly escaped?: true;
  /** The key of the inventory that it was made of. */
  readonly at?: DataPath;
}

/** A key or an index each, from where the reading began. */
export type DataPath = readonly (string | number)[];

/** A directive whose block may have remarks and raw lines. */
export interface Statement extends Omit<Directive, 'block'> {
  readonly block?: readonly Entry[] | undefined;
}

/** A line of comment; an empty one is an empty line. */
export interface Remark {
  readonly comment: string;
}

/** Lines of keepalived.conf that are written as they are. */
export interface RawLines {
  readonly raw: readonly string[];
  readonly at?: DataPath;
}

/** A part of keepalived.conf that is not yet text. */
export type Entry = Statement | Remark | RawLines;

/** One line of a written file, and the entry it belongs to; a closing brace belongs to the one that opened it. */
export interface WrittenLine {
  readonly text: string;
  readonly entry: Entry;
  /** Of raw lines, from 1. */
  readonly line?: number;
}

/** keepalived 2.2.7 reads so many characters of a line, and takes what follows for the next one. */
export const LONGEST_LINE = 1023;

const INDENT = '  ';

/** Entries as lines of keepalived.conf. Every word must be writable (see `unwritable`). */
export function writeEntries(entries: readonly Entry[], indent = ''): readonly WrittenLine[] {
  return entries.flatMap((entry): readonly WrittenLine[] => {
    if ('raw' in entry) return entry.raw.map((text, index) => ({ text: indent + text, entry, line: index + 1 }));
    if ('comment' in entry) return [{ text: entry.comment === '' ? '' : `${indent}! ${entry.comment}`, entry }];
    const text = `${indent}${statementText(entry)}`;
    if (entry.block === undefined) return [{ text, entry }];
    return [{ text: `${text} {`, entry }, ...writeEntries(entry.block, indent + INDENT), { text: `${indent}}`, entry }];
  });
}

/** Entries as a text of keepalived.conf, each line with its end. */
export function textOf(entries: readonly Entry[], indent = ''): string {
  let text = '';
  for (const entry of entries)
    if ('raw' in entry) for (const line of entry.raw) text += `${indent}${line}\n`;
    else if ('comment' in entry) text += entry.comment === '' ? '\n' : `${indent}! ${entry.comment}\n`;
    else if (entry.block === undefined) text += `${indent}${statementText(entry)}\n`;
    else text += `${indent}${statementText(entry)} {\n${textOf(entry.block, indent + INDENT)}${indent}}\n`;
  return text;
}

/** How many lines entries are, with comments and empty lines or without. */
export function lineCount(entries: readonly Entry[], comments: 'with comments' | 'without' = 'with comments'): number {
  let count = 0;
  for (const entry of entries)
    if ('raw' in entry) count += entry.raw.length;
    else if ('comment' in entry) count += comments === 'without' ? 0 : 1;
    else count += entry.block === undefined ? 1 : lineCount(entry.block, comments) + 2;
  return count;
}

/** A statement without its block. */
function statementText({ keyword, words, escaped }: Statement): string {
  const quote = escaped === true ? quoteEscaped : quotePlain;
  return [quoteFirst(keyword), ...words.map(quote)].join(' ');
}

/** Why a word cannot stand in a keepalived.conf, or undefined. */
export function unwritable(word: string, escaped: boolean): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(word)) return 'has a control character or a line break';
  if (!escaped && word.includes('"')) return 'has a double quote, which keepalived.conf cannot hold here';
  if (!escaped && word === '}') return 'is a closing brace, at which keepalived ends a block in quotes as well';
  return undefined;
}

/** At the start of a line `@` makes a condition, `~` a sequence, and `$` a definition. */
function quoteFirst(word: string): string {
  return /^[@~$]/.test(word) ? `"${word}"` : quotePlain(word);
}

/** In an ordinary line a double quote groups a word, and nothing escapes. */
function quotePlain(word: string): string {
  return BARE.test(word) ? word : `"${word}"`;
}

/** In a script or a pattern a backslash escapes. Quotes are written by number: the reader of braces counts them all. */
function quoteEscaped(word: string): string {
  if (BARE.test(word)) return word;
  if (word === '}') return String.raw`"\x7d"`;
  return `"${word.replaceAll(/[\\"']/g, (char) => String.raw`\x${char.charCodeAt(0).toString(16)}`)}"`;
}

/** No white space, no quote, brace or backslash, and nothing that begins a comment. */
const BARE = /^[A-Za-z0-9_.,:;=/%^*?&+()@<>|~$-]+$/;

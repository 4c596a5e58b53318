import type { Position } from '../diagnostic.ts';
import { type MappedText, type Word, isBlank, positionAt, textOf } from './mapped-text.ts';

export interface Split {
  readonly words: readonly Word[];
  /** The quote that is never closed. */
  readonly unmatched: Position | undefined;
}

/**
 * Words of an ordinary line: white space parts them, `"` quotes a word and always begins or ends one, `'` and
 * `\` are characters like any other. Measured with keepalived 2.2.7, whose man page describes only escaped words.
 */
export function plainWords(line: MappedText): Split {
  const text = textOf(line);
  const words: Word[] = [];
  let unmatched: Position | undefined;
  let index = 0;
  const push = (word: string, at: number) => {
    const position = positionAt(line, at);
    if (position !== undefined) words.push({ text: word, position });
  };
  while (index < text.length) {
    const start = index;
    if (isBlank(text.charAt(index))) index += 1;
    else if (text.charAt(index) === '"') {
      const end = text.indexOf('"', index + 1);
      if (end < 0) unmatched = positionAt(line, index);
      index = end < 0 ? text.length : end + 1;
      push(text.slice(start + 1, end < 0 ? undefined : end), start);
    } else {
      while (index < text.length && !isBlank(text.charAt(index)) && text.charAt(index) !== '"') index += 1;
      push(text.slice(start, index).replaceAll(/\\([#!])/g, '$1'), start);
    }
  }
  return { words, unmatched };
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    a: '\x07',
    b: '\b',
    E: '\x1b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
  }),
);

/** Words of a script, a pattern and the like, where both quotes group and a backslash escapes. */
export function escapedWords(line: MappedText): Split {
  const text = textOf(line);
  const words: Word[] = [];
  let word: { text: string; start: number } | undefined;
  let quote: { mark: string; at: number } | undefined;
  let index = 0;
  const add = (addition: string) => {
    word ??= { text: '', start: index };
    word.text += addition;
  };
  const finish = () => {
    const position = word === undefined ? undefined : positionAt(line, word.start);
    if (word !== undefined && position !== undefined) words.push({ text: word.text, position });
    word = undefined;
  };
  while (index < text.length) {
    const char = text.charAt(index);
    let length = 1;
    if (char === '\\' && index + 1 < text.length) {
      const escape = escapeAt(text, index + 1);
      add(escape.text);
      length = 1 + escape.length;
    } else if (quote !== undefined && char === quote.mark) quote = undefined;
    else if (quote !== undefined) add(char);
    else if (char === '"' || char === "'") {
      add('');
      quote = { mark: char, at: index };
    } else if (isBlank(char)) finish();
    else add(char);
    index += length;
  }
  finish();
  return { words, unmatched: quote === undefined ? undefined : positionAt(line, quote.at) };
}

function escapeAt(text: string, at: number): { readonly text: string; readonly length: number } {
  const number = /(?:x(?<hex>[0-9a-f]{1,2})|(?<octal>[0-7]{1,3})|c(?<control>[@-_a-z]))/iy;
  number.lastIndex = at;
  const match = number.exec(text);
  const char = text.charAt(at);
  if (match === null || char === 'X' || char === 'C') return { text: ESCAPES.get(char) ?? char, length: 1 };
  const { hex, octal, control } = match.groups ?? {};
  const code =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8) & 255
        : (control ?? '').charCodeAt(0) & 31;
  return { text: String.fromCharCode(code), length: match[0].length };
}

/**
 * Without its comment: from the first `#` or `!` outside of `"…"` that no backslash stands before. A backslash before
 * one of them goes away.
 */
export function commentAt(text: string): number {
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '#' || char === '!') && text.charAt(index - 1) !== '\\') return index;
  }
  return text.length;
}

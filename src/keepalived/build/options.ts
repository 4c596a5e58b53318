import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { nearest } from '../nearest.ts';
import { quote } from './values.ts';
import type { Context } from './context.ts';

/** The words of a line that is no keyword: an address, a route, something tracked. */
export function wordsOf(statement: Statement, say: Reporter): readonly Word[] {
  if (statement.block !== undefined)
    say.error(statement.keyword.position, `${quote(statement.keyword)} takes no block`, 'remove the braces');
  return [statement.keyword, ...statement.args];
}

/** The argument of an option: none, or one word; `refused` is why the agent does not support it. */
export type Option = 'flag' | 'value' | { readonly refused: string; readonly takes: 0 | 1 };

export interface Options {
  readonly value: (name: string) => Word | undefined;
  readonly has: (name: string) => boolean;
  /** All words after it, in order. */
  readonly all: (name: string) => readonly Word[];
  /** The allowed number of words that are no options. */
  readonly head: readonly Word[];
}

/** `HEAD… option value option …`, as in ip(8). Of duplicates the last counts. */
export function optionsOf(
  words: readonly Word[],
  known: Readonly<Record<string, Option>>,
  heads: number,
  place: string,
  say: Reporter,
): Options {
  const found = new Map<string, readonly (Word | undefined)[]>();
  const head: Word[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const name = words[index];
    if (name === undefined) break;
    const option = Object.hasOwn(known, name.text) ? known[name.text] : undefined;
    if (option === undefined) {
      if (head.length < heads) head.push(name);
      else {
        const meant = nearest(name.text, Object.keys(known));
        const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
        say.error(name.position, `unknown word ${quote(name)} in ${place}`, hint);
      }
      continue;
    }
    const takes = option === 'value' || (typeof option === 'object' && option.takes === 1);
    const value = takes ? words[index + 1] : undefined;
    if (takes) index += 1;
    if (takes && value === undefined) say.error(name.position, `${name.text} in ${place} needs a value`);
    else if (typeof option === 'object') say.unsupported(name.position, `${name.text} in ${place}: ${option.refused}`);
    else found.set(name.text, [...(found.get(name.text) ?? []), value]);
  }
  return {
    value: (name) => found.get(name)?.at(-1),
    all: (name) => (found.get(name) ?? []).filter((word) => word !== undefined),
    has: (name) => found.has(name),
    head,
  };
}

/** The next word of a line. */
export type NextWord = () => Word | undefined;

/**
 * Why the rest of a line is ignored, as by keepalived. `missing`: a value is missing, after which keepalived reads no
 * more of the file. `refused`: keepalived supports it, but the agent does not.
 */
export interface LineEnd {
  readonly kind: 'wrong' | 'missing' | 'refused';
  readonly word: Word;
  readonly text: string;
  readonly hint?: string | undefined;
}

/** Applies a word to the draft of a line, consuming as many of the following words as it needs. */
export type LineOption<T> = (draft: T, name: Word, next: NextWord) => LineEnd | undefined;

export type LineOptions<T> = Readonly<Record<string, LineOption<T>>>;

export const wrong = (word: Word, text: string, hint?: string): LineEnd => ({ kind: 'wrong', word, text, hint });
export const missing = (word: Word): LineEnd => ({
  kind: 'missing',
  word,
  text: `${word.text} needs a value`,
});

export const flag =
  <T>(set: (draft: T) => void): LineOption<T> =>
  (draft) => {
    set(draft);
    return undefined;
  };

/** A value that `read` adds to the draft, or an error from `read`. */
export const value =
  <T>(read: (draft: T, word: Word) => string | undefined): LineOption<T> =>
  (draft, name, next) => {
    const word = next();
    if (word === undefined) return missing(name);
    const text = read(draft, word);
    return text === undefined ? undefined : wrong(word, text);
  };

/** @param read a number, or the error */
export const numeric = <T>(
  read: (word: Word) => number | string,
  set: (draft: T, number: number) => void,
): LineOption<T> =>
  value((draft, word) => {
    const number = read(word);
    if (typeof number === 'string') return number;
    set(draft, number);
    return undefined;
  });

/** Not supported by the agent, for the reason `why`; `takes` is the number of its words. */
export const refused =
  <T>(why: string, takes: 0 | 1 = 1): LineOption<T> =>
  (_, name, next) =>
    takes === 1 && next() === undefined ? missing(name) : { kind: 'refused', word: name, text: `${name.text}: ${why}` };

interface Reading<T> {
  readonly options: LineOptions<T>;
  /** For a word that is no option. */
  readonly other: LineOption<T>;
  readonly place: string;
  readonly say: Reporter;
  readonly interfaces: Context['interfaces'];
}

/** Options followed by the name of an interface. */
const DEVICES = new Set(['dev', 'iif', 'oif']);

/** Reads a line up to its first error, which it reports. @returns whether there was none */
export function readInOrder<T>(draft: T, words: readonly Word[], reading: Reading<T>): boolean {
  const { options, other, place, say, interfaces } = reading;
  const rest = words.values();
  let last: Word | undefined;
  const next: NextWord = () => (last = rest.next().value);
  // keepalived stops reading a line at an interface that the host lacks.
  let lacking = false;
  for (let name = next(); name !== undefined; name = next()) {
    const option = (Object.hasOwn(options, name.text) ? options[name.text] : undefined) ?? other;
    const end = option(draft, name, next);
    if (end === undefined) {
      if (DEVICES.has(name.text) && last !== undefined) lacking = interfaces.lacks(last) || lacking;
      continue;
    }
    const { position } = end.word;
    const text = `${place}: ${end.text}`;
    if (lacking) return false;
    if (end.kind === 'refused') say.unsupported(position, text);
    else if (end.kind === 'missing') say.report({ severity: 'error', position, text, hint: end.hint, exit: 2 });
    else say.error(position, text, end.hint);
    return false;
  }
  return true;
}

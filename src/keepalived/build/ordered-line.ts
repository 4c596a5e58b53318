import type { Word } from '../language/mapped-text.ts';
import type { Reporter } from '../reporter.ts';
import type { Context } from './context.ts';

/** The next word of a line. */
export type NextWord = () => Word | undefined;

/**
 * Why the rest of a line is not read, by keepalived neither. `missing`: a value, without which keepalived reads nothing
 * of the file any more. `refused`: keepalived knows it, and the agent does not.
 */
export interface LineEnd {
  readonly kind: 'wrong' | 'missing' | 'refused';
  readonly word: Word;
  readonly text: string;
  readonly hint?: string | undefined;
}

/** What a word of a line does to what the line has come to; it takes as many words behind it as it needs. */
export type LineOption<T> = (draft: T, name: Word, next: NextWord) => LineEnd | undefined;

export type LineOptions<T> = Readonly<Record<string, LineOption<T>>>;

export const wrong = (word: Word, text: string, hint?: string): LineEnd => ({ kind: 'wrong', word, text, hint });
export const missing = (word: Word): LineEnd => ({
  kind: 'missing',
  word,
  text: `${word.text} needs a value behind it`,
});

export const flag =
  <T>(set: (draft: T) => void): LineOption<T> =>
  (draft) => {
    set(draft);
    return undefined;
  };

/** A value that `read` takes into the draft; `read` says what is wrong with it. */
export const value =
  <T>(read: (draft: T, word: Word) => string | undefined): LineOption<T> =>
  (draft, name, next) => {
    const word = next();
    if (word === undefined) return missing(name);
    const text = read(draft, word);
    return text === undefined ? undefined : wrong(word, text);
  };

/** @param read a number, or what is wrong */
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

/** The agent does not do it, because of `why`; `takes` is how many words stand behind it. */
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

/** Names of interfaces stand behind these. */
const DEVICES = new Set(['dev', 'iif', 'oif']);

/** Reads a line up to its first mistake, of which it says so. @returns whether it has none */
export function readInOrder<T>(draft: T, words: readonly Word[], reading: Reading<T>): boolean {
  const { options, other, place, say, interfaces } = reading;
  const rest = words.values();
  let last: Word | undefined;
  const next: NextWord = () => (last = rest.next().value);
  // keepalived reads a line up to an interface that the host does not have.
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

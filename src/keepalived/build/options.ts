import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { nearest } from '../nearest.ts';
import { quote } from './values.ts';

/** The words of a line that is no keyword: an address, a route, something tracked. */
export function wordsOf(statement: Statement, say: Reporter): readonly Word[] {
  if (statement.block !== undefined)
    say.error(statement.keyword.position, `${quote(statement.keyword)} has no block`, 'take the braces out');
  return [statement.keyword, ...statement.args];
}

/** What an option takes: nothing, or one word; `refused` says why the agent does not do it. */
export type Option = 'flag' | 'value' | { readonly refused: string; readonly takes: 0 | 1 };

export interface Options {
  readonly value: (name: string) => Word | undefined;
  readonly has: (name: string) => boolean;
  /** All words behind it, in their order. */
  readonly all: (name: string) => readonly Word[];
  /** Words that are no options, as many as there may be. */
  readonly head: readonly Word[];
}

/** `HEAD… option value option …`, as ip(8) has it. The last of several counts. */
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
    if (takes && value === undefined) say.error(name.position, `${name.text} in ${place} needs a value behind it`);
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

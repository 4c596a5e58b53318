import type { Position } from '../diagnostic.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Keywords } from '../keywords/keyword.ts';
import type { Reporter } from '../reporter.ts';
import { exitWithoutName } from './named.ts';
import { nearest } from '../nearest.ts';
import { type Value, quote, valueOf } from './values.ts';

/** The values of a block's statements by keyword. Of several with the same keyword the last one counts. */
export interface Fields {
  readonly number: (name: string) => number | undefined;
  /** A flag is on if it occurs anywhere. */
  readonly bool: (name: string) => boolean | undefined;
  readonly text: (name: string) => string | undefined;
  readonly words: (name: string) => readonly Word[] | undefined;
  /** All statements with this keyword, in order. */
  readonly all: (name: string) => readonly Statement[];
  readonly last: (name: string) => Statement | undefined;
  readonly has: (name: string) => boolean;
  /** Position of the last statement with this keyword, or of the block if there is none. */
  readonly position: (name: string) => Position;
  /** The accepted statements in the order of the file. */
  readonly statements: readonly Statement[];
}

/** Checks each statement of a block against the table of its keywords. `place` names the block in messages. */
export function readFields(
  block: { readonly statements: readonly Statement[]; readonly position: Position },
  table: Keywords,
  place: string,
  say: Reporter,
): Fields {
  const found = new Map<string, { readonly statement: Statement; readonly value: Value }[]>();
  const taken: Statement[] = [];
  const seen = new Set<string>();
  for (const statement of block.statements) {
    const value = judge(statement, table, place, say);
    const name = statement.keyword.text;
    const again = seen.has(name);
    seen.add(name);
    if (again && Object.hasOwn(table, name) && table[name]?.once === true) {
      say.warning(statement.keyword.position, `duplicate ${name}: the first one counts`, 5, 'remove one of them');
      continue;
    }
    if (value === undefined) continue;
    const same = found.get(name);
    if (same === undefined) found.set(name, [{ statement, value: value.value }]);
    else same.push({ statement, value: value.value });
    taken.push(statement);
  }
  // An invalid one does not count; the previous one does.
  const value = (name: string) => found.get(name)?.findLast((one) => one.value !== undefined)?.value;
  return {
    number: (name) => only(value(name), 'number'),
    bool: (name) => only(value(name), 'boolean'),
    text: (name) => only(value(name), 'string'),
    words: (name) => {
      const words = value(name);
      return typeof words === 'object' ? words : undefined;
    },
    all: (name) => (found.get(name) ?? []).map(({ statement }) => statement),
    last: (name) => found.get(name)?.at(-1)?.statement,
    has: (name) => found.has(name),
    position: (name) => found.get(name)?.at(-1)?.statement.keyword.position ?? block.position,
    statements: taken,
  };
}

/** Undefined if the model ignores the statement, which has been reported if necessary. */
function judge(
  statement: Statement,
  table: Keywords,
  place: string,
  say: Reporter,
): { readonly value: Value } | undefined {
  const { keyword, block } = statement;
  const entry = Object.hasOwn(table, keyword.text) ? table[keyword.text] : undefined;
  if (entry === undefined) {
    const meant = nearest(keyword.text, Object.keys(table));
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    say.error(keyword.position, `unknown keyword ${quote(keyword)} in ${place}`, hint);
    return undefined;
  }
  if (entry.status === 'unsupported') {
    say.unsupported(keyword.position, `${keyword.text} in ${place}: ${entry.why}`);
    return undefined;
  }
  const { shape } = entry;
  if (entry.status === 'ignored') say.warning(keyword.position, `${keyword.text} ignored: ${entry.why}`, entry.exit);
  if (entry.exact === true && statement.args.length > 1)
    say.warning(keyword.position, `${keyword.text} takes one word, not ${statement.args.length}`, 5);
  if (shape.kind === 'block' || shape.kind === 'lines') {
    if (block === undefined) {
      const nameless = shape.kind === 'block' && shape.name && statement.args.length === 0;
      const text = `${keyword.text} needs a block: ${keyword.text} { … }`;
      const exit = nameless ? exitWithoutName(keyword.text) : 5;
      say.report({ severity: 'error', position: keyword.position, text, hint: undefined, exit });
    }
    const [surplus] = statement.args;
    if (shape.kind === 'lines' && block !== undefined && surplus !== undefined)
      say.warning(surplus.position, `${quote(surplus)} before the block of ${keyword.text} ignored`, 5);
    if (shape.kind === 'lines')
      for (const line of block ?? [])
        if (line.block !== undefined)
          say.error(
            line.keyword.position,
            `${quote(line.keyword)} in ${keyword.text} takes no block`,
            'remove the braces',
          );
    return block === undefined ? undefined : { value: undefined };
  }
  if (block !== undefined) {
    say.error(keyword.position, `${keyword.text} in ${place} takes no block`, 'remove the braces');
    return undefined;
  }
  const value = valueOf(statement, entry, say);
  return entry.status === 'ignored' ? undefined : { value };
}

function only(value: Value, type: 'number'): number | undefined;
function only(value: Value, type: 'boolean'): boolean | undefined;
function only(value: Value, type: 'string'): string | undefined;
function only(value: Value, type: 'number' | 'boolean' | 'string'): Value {
  return typeof value === type ? value : undefined;
}

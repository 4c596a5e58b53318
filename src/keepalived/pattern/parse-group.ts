import type { PatternReader } from './pattern-reader.ts';
import { type PatternOptions, PatternRefusal } from './syntax.ts';

/** `comment` and `options` are over with their parenthesis; behind `group` alternatives follow. */
export interface GroupStart {
  readonly kind: 'group' | 'comment' | 'options';
  /** Within the group, or from here on. */
  readonly options: PatternOptions;
}

const UNSUPPORTED: readonly (readonly [start: string, what: string])[] = [
  ['?=', 'lookahead (?='],
  ['?!', 'lookahead (?! (regex_no_match inverts a whole pattern)'],
  ['?<=', 'lookbehind (?<='],
  ['?<!', 'lookbehind (?<!'],
  ['?>', 'atomic group (?>'],
  ['?(', 'conditional group (?('],
  ['?&', 'recursion (?&'],
  ['?P>', 'recursion (?P>'],
  ['?R', 'recursion (?R'],
  ['?P=', 'backreference (?P='],
  ['?C', 'callout (?C'],
  ['*', 'verb (*'],
];

/** What follows an opening parenthesis. */
export function parseGroupStart(reader: PatternReader, options: PatternOptions): GroupStart {
  for (const [start, what] of UNSUPPORTED)
    if (startsWith(reader, start)) throw new PatternRefusal('unsupported', `${what} is not supported`);
  if (!reader.accept('?')) return { kind: 'group', options };
  if (/[\d+]/.test(reader.peek()) || (reader.peek() === '-' && /\d/.test(reader.peek(1))))
    throw new PatternRefusal('unsupported', `recursion (?${reader.peek()} is not supported`);
  if (reader.accept('#')) {
    if (reader.takeUntil(')') === undefined) throw new PatternRefusal('malformed', 'a comment (?# has no )');
    return { kind: 'comment', options };
  }
  // Captures have no numbers here: that the alternatives of (?| have the same ones makes no difference.
  if (reader.accept(':') || reader.accept('|')) return { kind: 'group', options };
  for (const [start, end] of [
    ['P<', '>'],
    ['<', '>'],
    ["'", "'"],
  ] as const)
    if (reader.accept(start)) {
      const name = reader.takeWhile(/\w/);
      if (name === '' || /^\d/.test(name) || !reader.accept(end))
        throw new PatternRefusal('malformed', `(?${start} is not followed by a name and ${end}`);
      return { kind: 'group', options };
    }
  const changed = parseOptions(reader, options);
  if (reader.accept(':')) return { kind: 'group', options: changed };
  if (reader.accept(')')) return { kind: 'options', options: changed };
  throw new PatternRefusal('malformed', `(?${reader.peek()} is not the start of a group`);
}

/** Letters of `(?i-s)`. */
function parseOptions(reader: PatternReader, options: PatternOptions): PatternOptions {
  const base = reader.accept('^')
    ? { ...options, caseless: false, multiline: false, dotall: false, extended: false, extendedMore: false }
    : options;
  const on = applyLetters(reader.takeWhile(/[imsxnJU]/), base, true);
  return reader.accept('-') ? applyLetters(reader.takeWhile(/[imsxnJU]/), on, false) : on;
}

/** n, J and U change what is captured, and how much of the text: nothing that is asked here. */
function applyLetters(letters: string, options: PatternOptions, value: boolean): PatternOptions {
  return {
    ...options,
    caseless: letters.includes('i') ? value : options.caseless,
    multiline: letters.includes('m') ? value : options.multiline,
    dotall: letters.includes('s') ? value : options.dotall,
    extended: letters.includes('x') ? value : options.extended,
    extendedMore: letters.includes('x') ? value && letters.includes('xx') : options.extendedMore,
  };
}

function startsWith(reader: PatternReader, text: string): boolean {
  return Array.from(text).every((letter, index) => reader.peek(index) === letter);
}

import { clip, codeSet, complement, type CodeSet, LAST_BYTE, LAST_CODE_POINT } from './code-set.ts';
import { type PatternOptions, PatternRefusal } from './syntax.ts';
import { propertySet } from './unicode.ts';

const DIGIT: CodeSet = [[0x30, 0x39]];
const SPACE: CodeSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
export const WORD: CodeSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const ALPHA: CodeSet = [
  [0x41, 0x5a],
  [0x61, 0x7a],
];
/** pcre2pattern(3), "Generic character types". */
const HORIZONTAL: CodeSet = [
  [0x09, 0x09],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];
const VERTICAL: CodeSet = [
  [0x0a, 0x0d],
  [0x85, 0x85],
  [0x2028, 0x2029],
];

const ASCII_CLASSES: ReadonlyMap<string, CodeSet> = new Map(
  Object.entries<CodeSet>({
    alnum: codeSet([...DIGIT, ...ALPHA]),
    alpha: ALPHA,
    ascii: [[0, 0x7f]],
    blank: [
      [0x09, 0x09],
      [0x20, 0x20],
    ],
    cntrl: [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
    digit: DIGIT,
    graph: [[0x21, 0x7e]],
    lower: [[0x61, 0x7a]],
    print: [[0x20, 0x7e]],
    punct: [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
    space: SPACE,
    upper: [[0x41, 0x5a]],
    word: WORD,
    xdigit: codeSet([...DIGIT, [0x41, 0x46], [0x61, 0x66]]),
  }),
);

/** Beside what they are in ASCII, with ucp (pcre2pattern(3), "POSIX character classes"). */
const UNICODE_CLASSES: ReadonlyMap<string, { readonly properties: readonly string[]; readonly more: CodeSet }> =
  new Map(
    Object.entries<{ readonly properties: readonly string[]; readonly more: CodeSet }>({
      alnum: { properties: ['L', 'N'], more: [] },
      alpha: { properties: ['L'], more: [] },
      blank: { properties: [], more: HORIZONTAL },
      cntrl: { properties: [], more: [[0x80, 0x9f]] },
      digit: { properties: ['Nd'], more: [] },
      lower: { properties: ['Ll'], more: [] },
      punct: { properties: ['P'], more: [] },
      space: { properties: ['Z'], more: [[0x85, 0x85]] },
      upper: { properties: ['Lu'], more: [] },
      word: { properties: ['L', 'N'], more: [] },
    }),
  );

/** `\d`, `\w` and the like, by the small letter; a capital is the complement. Undefined when the letter is none. */
export function letterClass(letter: string, options: PatternOptions): CodeSet | undefined {
  const small = letter.toLowerCase();
  const set = classOfLetter(small, options);
  return set === undefined || letter === small ? set : complement(set, lastCode(options));
}

function classOfLetter(small: string, options: PatternOptions): CodeSet | undefined {
  if (small === 'd') return posixClass('digit', options);
  if (small === 'w') return posixClass('word', options);
  if (small === 's') return posixClass('space', options);
  if (small === 'h') return clip(HORIZONTAL, lastCode(options));
  return small === 'v' ? clip(VERTICAL, lastCode(options)) : undefined;
}

/** As between `[:` and `:]`; undefined when there is no such class. @throws PatternRefusal */
export function posixClass(name: string, options: PatternOptions): CodeSet | undefined {
  const ascii = ASCII_CLASSES.get(name);
  if (ascii === undefined || !options.ucp) return ascii;
  if (name === 'graph' || name === 'print')
    throw new PatternRefusal('unsupported', `[:${name}:] with ucp is not supported`);
  const wider = UNICODE_CLASSES.get(name);
  if (wider === undefined) return ascii;
  const sets = wider.properties.flatMap((property) => propertySet(property) ?? []);
  return clip(codeSet([...ascii, ...sets, ...wider.more]), lastCode(options));
}

/** The last character that a text can have. */
export function lastCode({ utf }: PatternOptions): number {
  return utf ? LAST_CODE_POINT : LAST_BYTE;
}

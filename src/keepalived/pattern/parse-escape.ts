import { type CodeSet, complement } from './code-set.ts';
import { lastCode, letterClass } from './named-class.ts';
import type { PatternReader } from './pattern-reader.ts';
import { type Assertion, type PatternOptions, PatternRefusal } from './syntax.ts';
import { propertySet } from './unicode.ts';

export type Escape =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'class'; readonly codes: CodeSet }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  /** `\Q`: all is literal until `\E`. */
  | { readonly kind: 'quote' }
  /** `\E` where nothing is quoted. */
  | { readonly kind: 'nothing' };

const CONTROLS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }),
);

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map(
  Object.entries<Assertion>({
    A: 'text start',
    Z: 'last line end',
    z: 'text end',
    b: 'word edge',
    B: 'no word edge',
  }),
);

const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    C: '\\C',
    G: '\\G',
    K: '\\K',
    R: '\\R (write (?:\\r\\n|\\n|\\r) instead)',
    X: '\\X',
    g: 'backreference or recursion \\g',
    k: 'backreference \\k',
  }),
);

/** What follows a backslash (pcre2pattern(3), "Backslash"). */
export function parseEscape(reader: PatternReader, options: PatternOptions, where: 'pattern' | 'class'): Escape {
  const code = reader.take('a backslash');
  const letter = String.fromCodePoint(code);
  if (!/[A-Za-z0-9]/.test(letter)) return { kind: 'character', code };
  if (letter === 'Q') return { kind: 'quote' };
  if (letter === 'E') return { kind: 'nothing' };
  if (letter === 'b' && where === 'class') return { kind: 'character', code: 8 };
  const assertion = where === 'class' ? undefined : ASSERTIONS.get(letter);
  if (assertion !== undefined) {
    if (options.ucp && (letter === 'b' || letter === 'B'))
      throw new PatternRefusal('unsupported', `\\${letter} with ucp is not supported`);
    return { kind: 'assertion', assertion };
  }
  const unsupported = where === 'class' ? undefined : UNSUPPORTED.get(letter);
  if (unsupported !== undefined) throw new PatternRefusal('unsupported', `${unsupported} is not supported`);
  if (letter === 'p' || letter === 'P') return { kind: 'class', codes: parseProperty(reader, options, letter === 'P') };
  if (letter === 'N') {
    if (reader.peek() === '{') throw new PatternRefusal('unsupported', '\\N{ is not supported');
    if (where === 'class') throw new PatternRefusal('malformed', '\\N is not allowed in a class');
    return { kind: 'class', codes: complement([[10, 10]], lastCode(options)) };
  }
  const codes = letterClass(letter, options);
  if (codes !== undefined) return { kind: 'class', codes };
  return { kind: 'character', code: checked(parseCharacter(reader, letter, where), options) };
}

function parseCharacter(reader: PatternReader, letter: string, where: 'pattern' | 'class'): number {
  const control = CONTROLS.get(letter);
  if (control !== undefined) return control;
  if (letter === 'c') {
    const code = reader.take('\\c');
    if (code < 0x20 || code > 0x7e) throw new PatternRefusal('malformed', '\\c takes a printable ASCII character');
    return String.fromCharCode(code).toUpperCase().charCodeAt(0) ^ 0x40;
  }
  if (letter === 'x') {
    if (reader.accept('{')) return parseBraced(reader, '\\x{', /[0-9A-Fa-f]/, 16);
    return Number.parseInt(`0${reader.takeWhile(/[0-9A-Fa-f]/, 2)}`, 16);
  }
  if (letter === 'o') {
    if (!reader.accept('{')) throw new PatternRefusal('malformed', '\\o is not followed by {');
    return parseBraced(reader, '\\o{', /[0-7]/, 8);
  }
  if (letter === '0') return Number.parseInt(`0${reader.takeWhile(/[0-7]/, 2)}`, 8);
  if (/[1-9]/.test(letter)) {
    if (where === 'class' && /[1-7]/.test(letter)) return Number.parseInt(letter + reader.takeWhile(/[0-7]/, 2), 8);
    if (where === 'class') return letter.charCodeAt(0);
    throw new PatternRefusal('unsupported', `backreference \\${letter} is not supported`);
  }
  throw new PatternRefusal('malformed', `\\${letter} is not an escape sequence`);
}

function parseBraced(reader: PatternReader, start: string, digit: RegExp, base: number): number {
  const digits = reader.takeWhile(digit);
  if (digits === '' || !reader.accept('}'))
    throw new PatternRefusal('malformed', `${start} is not followed by digits and }`);
  return Number.parseInt(digits, base);
}

function checked(code: number, options: PatternOptions): number {
  if (code > lastCode(options))
    throw new PatternRefusal(
      'malformed',
      `character ${code.toString(16)} is too large${options.utf ? '' : ' without utf'}`,
    );
  if (options.utf && code >= 0xd800 && code <= 0xdfff)
    throw new PatternRefusal('malformed', `character ${code.toString(16)} is a surrogate`);
  return code;
}

function parseProperty(reader: PatternReader, options: PatternOptions, negated: boolean): CodeSet {
  let name = String.fromCodePoint(reader.take('\\p'));
  let isNegated = negated;
  if (name === '{') {
    if (reader.accept('^')) isNegated = !negated;
    name = reader.takeWhile(/[^}]/);
    if (!reader.accept('}')) throw new PatternRefusal('malformed', '\\p{ has no }');
  }
  const set = propertySet(name);
  if (set === undefined) throw new PatternRefusal('unsupported', `property \\p{${name}} is not supported`);
  const last = lastCode(options);
  return isNegated ? complement(set, last) : set.filter(([first]) => first <= last);
}

import { encodeUtf8 } from '../text/utf8.ts';
import type { Program } from './program.ts';
import { compilePattern } from './compile-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import { type PatternOptions, PatternRefusal } from './syntax.ts';

/**
 * A pattern of PCRE as a program that a linear-time matcher runs.
 * @param flags letters: i caseless, s dotall, m multiline, x extended, D dollar_endonly, u utf, p ucp,
 * c alt_circumflex, e allow_empty_class
 */
export function readPattern(pattern: string, flags: string): Program | PatternRefusal {
  const options: PatternOptions = {
    caseless: flags.includes('i'),
    dotall: flags.includes('s'),
    multiline: flags.includes('m'),
    extended: flags.includes('x'),
    extendedMore: false,
    dollarEndonly: flags.includes('D'),
    altCircumflex: flags.includes('c'),
    allowEmptyClass: flags.includes('e'),
    utf: flags.includes('u'),
    ucp: flags.includes('p'),
  };
  const codes = options.utf
    ? Array.from(pattern, (character) => character.codePointAt(0) ?? 0)
    : Array.from(encodeUtf8(pattern));
  try {
    return compilePattern(parsePattern(codes, options), options.utf);
  } catch (error) {
    if (error instanceof PatternRefusal) return error;
    throw error;
  }
}

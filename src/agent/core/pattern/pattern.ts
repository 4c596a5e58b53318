import { readPattern } from '../../../keepalived/pattern/read-pattern.ts';
import { PatternRefusal } from '../../../keepalived/pattern/syntax.ts';
import { Automaton } from './automaton.ts';

/**
 * A pattern of PCRE as a machine that needs one pass over a text.
 * @param flags letters, as `readPattern` takes them
 */
export function compileRegex(pattern: string, flags: string): Automaton | PatternRefusal {
  const program = readPattern(pattern, flags);
  return program instanceof PatternRefusal ? program : new Automaton(program);
}

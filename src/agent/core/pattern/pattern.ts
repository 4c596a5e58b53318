import { readPattern } from '../../../keepalived/pattern/read-pattern.ts';
import { PatternRefusal } from '../../../keepalived/pattern/syntax.ts';
import { Automaton } from './automaton.ts';

/**
 * Compiles a PCRE pattern to an automaton that matches in a single pass.
 * @param flags as for `readPattern`
 */
export function compileRegex(pattern: string, flags: string): Automaton | PatternRefusal {
  const program = readPattern(pattern, flags);
  return program instanceof PatternRefusal ? program : new Automaton(program);
}

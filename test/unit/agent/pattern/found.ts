import { Automaton } from '../../../../src/agent/core/pattern/automaton.ts';
import { compileRegex } from '../../../../src/agent/core/pattern/pattern.ts';
import { beginSearch, endSearch, searchOn } from '../../../../src/agent/core/pattern/search.ts';

/** @throws PatternRefusal */
export function compiled(pattern: string, flags = ''): Automaton {
  const automaton = compileRegex(pattern, flags);
  if (automaton instanceof Automaton) return automaton;
  throw automaton;
}

/** Whether a match starts between `min` and `max`. @param parts of the text, searched in turn, `steps` at a time */
export function matches(
  automaton: Automaton,
  parts: readonly Uint8Array[],
  {
    min = 0,
    max,
    steps = 1_000_000,
  }: { readonly min?: number; readonly max?: number | undefined; readonly steps?: number } = {},
): boolean {
  const window = { min, max };
  let search = beginSearch(automaton, window);
  for (const part of parts)
    for (let rest = part; rest.length > 0;) {
      const next = searchOn(automaton, search, rest, window, steps);
      search = next.search;
      rest = rest.subarray(next.read);
    }
  return endSearch(automaton, search);
}

/** The offset of the first match at or after `from`, or undefined. */
export function found(automaton: Automaton, text: Uint8Array, from = 0): number | undefined {
  if (!matches(automaton, [text], { min: from })) return undefined;
  for (let max = from; max <= text.length; max += 1) if (matches(automaton, [text], { min: from, max })) return max;
  throw new Error('there is a match without a start');
}

import type { PatternReader } from './pattern-reader.ts';
import { type PatternNode, PatternRefusal } from './syntax.ts';

type Quantifier = Omit<Extract<PatternNode, { readonly kind: 'repeat' }>, 'kind' | 'node'>;

/** PCRE's limit of a number of repetitions. */
const MOST = 65_535;

/** What repeats the item before it; undefined when something else comes. Lazy or greedy makes no difference to whether there is a match. */
export function parseQuantifier(reader: PatternReader): Quantifier | undefined {
  const bounds = parseBounds(reader);
  if (bounds === undefined) return undefined;
  const possessive = reader.accept('+');
  if (!possessive) reader.accept('?');
  return { ...bounds, possessive };
}

function parseBounds(reader: PatternReader): Pick<Quantifier, 'min' | 'max'> | undefined {
  if (reader.accept('*')) return { min: 0, max: undefined };
  if (reader.accept('+')) return { min: 1, max: undefined };
  if (reader.accept('?')) return { min: 0, max: 1 };
  const { place } = reader;
  if (!reader.accept('{')) return undefined;
  const min = reader.takeWhile(/\d/);
  const isRange = min !== '' && reader.accept(',');
  const max = isRange ? reader.takeWhile(/\d/) : min;
  // Braces with anything else in them stand for themselves.
  if (min === '' || !reader.accept('}')) {
    reader.goBack(place);
    return undefined;
  }
  const [least, most] = [Number(min), max === '' ? undefined : Number(max)];
  if (Math.max(least, most ?? 0) > MOST)
    throw new PatternRefusal('malformed', `a number of repetitions is above ${MOST}`);
  if (most !== undefined && most < least)
    throw new PatternRefusal('malformed', 'the numbers of a quantifier are out of order');
  return { min: least, max: most };
}

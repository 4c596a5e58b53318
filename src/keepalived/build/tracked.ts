import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Tracked, TrackInterface } from '../model-vrrp.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { interfaceName } from './interface-name.ts';
import { wordsOf } from './options.ts';
import { quote, wholeOf } from './values.ts';

/** The lines of track_script, track_process or track_file: `NAME [weight N [reverse]]`. */
export function trackedOf(
  blocks: readonly Statement[],
  place: string,
  most: number,
  known: ReadonlySet<string>,
  say: Reporter,
): readonly Tracked[] {
  return entries(blocks, place, most, say).flatMap(({ name, weight, reverse }) => {
    if (!known.has(name.text)) {
      say.error(name.position, `${place} has ${quote(name)}, and there is none of this name`);
      return [];
    }
    return [{ name: name.text, weight, reverse: reverse ?? false }];
  });
}

/** The lines of track_interface. */
export function trackedInterfacesOf(blocks: readonly Statement[], say: Reporter): readonly TrackInterface[] {
  return entries(blocks, 'track_interface', 253, say).map(({ name, weight, reverse }) => ({
    interface: interfaceName(name, say),
    weight: weight ?? 0,
    reverse: reverse ?? false,
  }));
}

const DIRECTIONS: Readonly<Record<'short' | 'long', readonly string[]>> = {
  short: ['reverse'],
  long: ['reverse', 'noreverse'],
};

interface Entry {
  readonly name: Word;
  readonly weight: number | undefined;
  /** Undefined where nothing is said. */
  readonly reverse: boolean | undefined;
}

function entries(blocks: readonly Statement[], place: string, most: number, say: Reporter): readonly Entry[] {
  const found = new Map<string, Entry>();
  for (const line of blocks.flatMap(({ block }) => block ?? [])) {
    const [name, option, value, direction] = wordsOf(line, say);
    if (name === undefined) continue;
    if (found.has(name.text)) {
      say.warning(name.position, `${quote(name)} is there twice in ${place}`, 5);
      continue;
    }
    if (option !== undefined && (option.text !== 'weight' || value === undefined)) {
      const text =
        option.text === 'weight'
          ? `weight in ${place} needs a value behind it`
          : /^no?_?reverse$|^reverse$/.test(option.text)
            ? `${option.text} in ${place} stands behind weight NUMBER`
            : `unknown word ${quote(option)} in ${place}`;
      say.error(option.position, text, `${place} takes NAME [weight NUMBER [reverse]]`);
      continue;
    }
    const known =
      direction === undefined || DIRECTIONS[place === 'track_interface' ? 'short' : 'long'].includes(direction.text);
    if (!known) say.error(direction.position, `a weight of ${place} may be reverse, not ${quote(direction)}`);
    found.set(name.text, {
      name,
      weight: weightOf(value, place, most, say),
      reverse: direction === undefined ? undefined : direction.text === 'reverse',
    });
  }
  return [...found.values()];
}

/** `N [reverse]` behind `weight`. */
export function weightAndReverse(
  fields: Fields,
  place: string,
  most: number,
  say: Reporter,
): { readonly weight: number | undefined; readonly reverse: boolean } {
  let last: { readonly weight: number | undefined; readonly reverse: boolean } = { weight: undefined, reverse: false };
  for (const { keyword, args } of fields.all('weight')) {
    const [weight, reverse] = args;
    if (weight === undefined) say.error(keyword.position, `weight of ${place} takes NUMBER [reverse]`);
    const known = reverse?.text === 'reverse' || (place === 'FILE_CHECK' && reverse?.text === 'noreverse');
    if (reverse !== undefined && !known)
      say.error(reverse.position, `weight of ${place} takes NUMBER [reverse], not ${quote(reverse)}`);
    last = { weight: weightOf(weight, place, most, say) ?? last.weight, reverse: reverse?.text === 'reverse' };
  }
  return last;
}

function weightOf(word: Word | undefined, place: string, most: number, say: Reporter): number | undefined {
  if (word === undefined) return undefined;
  const value = wholeOf(word.text);
  if (value !== undefined && Math.abs(value) <= most) return value;
  say.error(word.position, `weight of ${place} is from -${most} to ${most}, not ${quote(word)}`);
  return undefined;
}

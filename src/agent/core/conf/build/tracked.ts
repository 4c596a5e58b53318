import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Tracked, TrackInterface } from '../model-vrrp.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { interfaceName } from './interface-name.ts';
import { type Option, optionsOf, wordsOf } from './options.ts';
import { quote, wholeOf } from './values.ts';

const OPTIONS: Readonly<Record<string, Option>> = {
  weight: 'value',
  reverse: 'flag',
  noreverse: 'flag',
  no_reverse: 'flag',
};

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
    return [{ name: name.text, weight, reverse }];
  });
}

/** The lines of track_interface. */
export function trackedInterfacesOf(blocks: readonly Statement[], say: Reporter): readonly TrackInterface[] {
  return entries(blocks, 'track_interface', 253, say).map(({ name, weight, reverse }) => ({
    interface: interfaceName(name, say),
    weight: weight ?? 0,
    reverse,
  }));
}

interface Entry {
  readonly name: Word;
  readonly weight: number | undefined;
  readonly reverse: boolean;
}

function entries(blocks: readonly Statement[], place: string, most: number, say: Reporter): readonly Entry[] {
  const found = new Map<string, Entry>();
  for (const line of blocks.flatMap(({ block }) => block ?? [])) {
    const options = optionsOf(wordsOf(line, say), OPTIONS, 1, place, say);
    const [name] = options.head;
    if (name === undefined) say.error(line.keyword.position, `${place} takes NAME [weight NUMBER [reverse]]`);
    else if (found.has(name.text)) say.warning(name.position, `${quote(name)} is there twice in ${place}`, 5);
    else {
      const weight = weightOf(options.value('weight'), place, most, say);
      found.set(name.text, { name, weight, reverse: options.has('reverse') });
    }
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
  const [weight, reverse] = fields.words('weight') ?? [];
  if (fields.has('weight') && weight === undefined)
    say.error(fields.position('weight'), `weight of ${place} takes NUMBER [reverse]`);
  if (reverse !== undefined && reverse.text !== 'reverse')
    say.error(reverse.position, `weight of ${place} takes NUMBER [reverse], not ${quote(reverse)}`);
  return { weight: weightOf(weight, place, most, say), reverse: reverse?.text === 'reverse' };
}

function weightOf(word: Word | undefined, place: string, most: number, say: Reporter): number | undefined {
  if (word === undefined) return undefined;
  const value = wholeOf(word.text);
  if (value !== undefined && Math.abs(value) <= most) return value;
  say.error(word.position, `weight of ${place} is from -${most} to ${most}, not ${quote(word)}`);
  return undefined;
}

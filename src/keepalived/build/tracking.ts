import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { TrackInterface, Tracked, VrrpScript, VrrpTrackFile, VrrpTrackProcess } from '../model/vrrp.ts';
import type { Reporter } from '../reporter.ts';
import { type Fields, readFields } from './fields.ts';
import { interfaceName } from './interface-name.ts';
import { wordsOf } from './options.ts';
import { quote, wholeOf } from './values.ts';
import { TRACK_FILE, VRRP_SCRIPT, VRRP_TRACK_PROCESS } from '../keywords/vrrp.ts';
import type { Context } from './context.ts';
import type { Named } from './named.ts';
import { programOf, userOf } from './script.ts';

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
      say.error(name.position, `${place} names ${quote(name)}, which is not defined`);
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
  /** Undefined if not given. */
  readonly reverse: boolean | undefined;
}

function entries(blocks: readonly Statement[], place: string, most: number, say: Reporter): readonly Entry[] {
  const found = new Map<string, Entry>();
  for (const line of blocks.flatMap(({ block }) => block ?? [])) {
    const [name, option, value, direction] = wordsOf(line, say);
    if (name === undefined) continue;
    if (found.has(name.text)) {
      say.warning(name.position, `${place} lists ${quote(name)} twice`, 5);
      continue;
    }
    if (option !== undefined && (option.text !== 'weight' || value === undefined)) {
      const text =
        option.text === 'weight'
          ? `weight in ${place} needs a value`
          : /^no?_?reverse$|^reverse$/.test(option.text)
            ? `${option.text} in ${place} must follow weight NUMBER`
            : `unknown word ${quote(option)} in ${place}`;
      say.error(option.position, text, `${place} takes NAME [weight NUMBER [reverse]]`);
      continue;
    }
    const known =
      direction === undefined || DIRECTIONS[place === 'track_interface' ? 'short' : 'long'].includes(direction.text);
    if (!known) say.error(direction.position, `only reverse may follow a weight of ${place}, not ${quote(direction)}`);
    found.set(name.text, {
      name,
      weight: weightOf(value, place, most, say),
      reverse: direction === undefined ? undefined : direction.text === 'reverse',
    });
  }
  return [...found.values()];
}

/** `N [reverse]` after `weight`. */
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
  say.error(word.position, `weight of ${place} takes -${most} to ${most}, not ${quote(word)}`);
  return undefined;
}

const FOREVER = 2_147_483_647;

/** Undefined when there is no program to run. */
export function vrrpScriptOf({ name, block }: Named, { say, scriptUser, sites }: Context): VrrpScript | undefined {
  const fields = readFields(block, VRRP_SCRIPT, `vrrp_script ${name}`, say);
  const words = fields.words('script');
  const script = programOf(words, userOf(fields.words('user')) ?? scriptUser, { say, sites });
  if (script === undefined) {
    say.error(block.position, `vrrp_script ${name} has no script`, 'add script "/path/of/a/program ARGUMENT"');
    return undefined;
  }
  const { weight = 0, reverse } = weightAndReverse(fields, `vrrp_script ${name}`, 253, say);
  return {
    name,
    script,
    interval: fields.number('interval') ?? 1000,
    timeout: fields.number('timeout') ?? 0,
    rise: fields.number('rise') ?? 1,
    fall: fields.number('fall') ?? 1,
    weight,
    reverse,
    init_fail: fields.has('init_fail'),
  };
}

export function trackProcessOf({ name, block }: Named, { say }: Context): VrrpTrackProcess | undefined {
  const place = `vrrp_track_process ${name}`;
  const fields = readFields(block, VRRP_TRACK_PROCESS, place, say);
  const [process, ...parameters] = fields.words('process') ?? [];
  if (process === undefined) {
    say.error(block.position, `${place} has no process`, 'add process NAME');
    return undefined;
  }
  const kinds = fields.all('param_match').flatMap(({ args }) => args.slice(0, 1));
  const kind = kinds.findLast(({ text }) => text === 'initial' || text === 'partial');
  const match = parameters.length > 0 || fields.has('param_match');
  for (const other of kinds)
    if (other.text !== 'initial' && other.text !== 'partial')
      say.error(other.position, `param_match of ${place} takes initial, partial or nothing, not ${quote(other)}`);
  // 2.2.7 defaults to 0, although its man page says 1.
  const { weight = 0, reverse } = weightAndReverse(fields, place, 254, say);
  const [quorum, quorum_max] = [fields.number('quorum'), fields.number('quorum_max')];
  if (quorum_max !== undefined && (quorum ?? 1) > quorum_max && quorum !== undefined)
    say.error(fields.position('quorum_max'), `quorum_max of ${place} is below its quorum of ${quorum}`);
  const delay = fields.number('delay') ?? 0;
  return {
    name,
    process: process.text,
    param_match: match
      ? {
          kind: kind?.text === 'initial' || kind?.text === 'partial' ? kind.text : 'exact',
          parameters: parameters.map(({ text }) => text),
        }
      : undefined,
    weight,
    reverse,
    quorum: quorum ?? (quorum_max === undefined ? 1 : Math.min(1, quorum_max)),
    quorum_max,
    fork_delay: fields.number('fork_delay') ?? delay,
    terminate_delay: fields.number('terminate_delay') ?? delay,
    full_command: match || fields.has('full_command'),
  };
}

export function trackFileOf({ name, block }: Named, { say }: Context): VrrpTrackFile | undefined {
  const place = `track_file ${name}`;
  const fields = readFields(block, TRACK_FILE, place, say);
  const file = fields.words('file')?.[0]?.text;
  if (file === undefined) {
    say.error(block.position, `${place} has no file`, 'add file "/path/of/a/file"');
    return undefined;
  }
  const { weight = 1, reverse } = weightAndReverse(fields, place, 254, say);
  return {
    name,
    file,
    weight,
    reverse,
    init_file: fields
      .all('init_file')
      .map((one) => initOf(one, place, say))
      .at(-1),
  };
}

function initOf(statement: Statement, place: string, say: Context['say']): VrrpTrackFile['init_file'] {
  let value = 0;
  for (const word of statement.args) {
    const number = wholeOf(word.text);
    if (word.text !== '' && number !== undefined && Math.abs(number) <= FOREVER) value = number;
    else if (word.text !== 'overwrite') say.error(word.position, `init_file of ${place} has no option ${quote(word)}`);
  }
  return { value, overwrite: statement.args.some(({ text }) => text === 'overwrite') };
}

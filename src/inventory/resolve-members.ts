import type { Directive, Entry } from '../keepalived/write.ts';
import type { Director } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import type { GivenInstance } from './given-instances.ts';
import { KEYWORDS } from './keywords.ts';
import type { Picker } from './origins.ts';
import { directivesAt, overlaid, rawAt } from './resolve-entries.ts';
import type { Input } from './schema.ts';

/** What a director is in a VRRP instance, before its addresses are divided by family. */
export interface MemberSettings {
  readonly director: string;
  readonly state: 'MASTER' | 'BACKUP';
  readonly priority: number;
  readonly interface: string;
  /** Over the keywords of the instance. */
  readonly conf: readonly Directive[];
  readonly raw: readonly Entry[];
}

/** The directors that take part in an instance, in its order, else in that of the inventory. */
export function memberSettings(
  picker: Picker,
  input: Input,
  given: GivenInstance,
  directors: readonly Director[],
  backupsOnly: boolean,
): readonly MemberSettings[] {
  const { name: instance, own, shared } = given;
  const listed = own.directors;
  const taking =
    listed === undefined
      ? directors.map((_, index) => index)
      : [...new Set(listed)]
          .map((name) => directors.findIndex((one) => one.name === name))
          .filter((index) => index >= 0);
  const named = given.at[0] === 'vrrp_instances';
  const overrides = taking.map((index) => input.directors?.[index]?.vrrp_instances?.[instance ?? '']);
  const priorities = prioritiesFor(
    taking.map(
      (index, place) =>
        // The order of a list is nearer than the priority of a director in all instances.
        overrides[place]?.priority ?? (listed === undefined ? input.directors?.[index]?.priority : undefined),
    ),
  );
  const first = priorities.indexOf(Math.max(...priorities));
  return taking.map((index, place) => {
    const director = input.directors?.[index];
    const override = overrides[place];
    const at = ['directors', index];
    const below = [...at, 'vrrp_instances', instance ?? ''];
    const path = (key: string) => (named ? [...below, key] : [...at, key]);
    const from = <T>(key: 'state' | 'priority', value: T | undefined, all: T | undefined) => [
      { value, at: [...below, key] },
      { value: listed === undefined ? all : undefined, at: [...at, key] },
    ];
    return {
      director: directors[index]?.name ?? '',
      state: picker.pick<'MASTER' | 'BACKUP'>(
        path('state'),
        from('state', override?.state, director?.state),
        DEFAULTS.director.state(place === first, backupsOnly),
      ),
      priority: picker.pick(
        path('priority'),
        from('priority', override?.priority, director?.priority),
        DEFAULTS.director.priority(priorities[place] ?? 1),
      ),
      interface: picker.pick<string>(
        path('interface'),
        [
          { value: override?.interface, at: [...below, 'interface'] },
          ...(named ? [{ value: own.interface, at: [...given.at, 'interface'] }] : []),
          { value: director?.interface, at: [...at, 'interface'] },
          { value: named ? shared?.interface : own.interface, at: ['vrrp_instance', 'interface'] },
        ],
        DEFAULTS.director.interface,
      ),
      conf: overlaid(
        directivesAt(picker, [...at, 'vrrp_instance'], director?.vrrp_instance, KEYWORDS.vrrp_instance),
        directivesAt(picker, below, override, KEYWORDS.vrrp_instance),
      ),
      raw: override?.raw === undefined ? [] : rawAt(picker, below, override.raw),
    };
  });
}

/**
 * Between the priorities of two backups: the lower one waits a tenth of advert_int longer, long enough to hear that the
 * higher one has taken over. Otherwise both become master, and clients may keep the neighbour entry of the wrong one.
 */
const BACKUPS_APART = 26;

/** The first backup is one below the master; a hand-over costs (256 - priority)/256 of advert_int (RFC 3768 §6.1). */
function prioritiesFor(given: readonly (number | undefined)[]): readonly number[] {
  let before = 255;
  return given.map((priority, place) => {
    const room = Math.floor((before - 1) / (given.length - place));
    const step = Math.min(place < 2 ? 1 : BACKUPS_APART, Math.max(1, room));
    before = priority ?? Math.max(1, before - step);
    return before;
  });
}

import type { Conf } from '../keepalived/model/conf.ts';
import type { Tracked, VrrpInstance } from '../keepalived/model/vrrp.ts';

/** A director's part of an instance. */
export interface Contender {
  readonly name: string;
  readonly priority: number;
  readonly nopreempt: boolean;
  readonly tracked: readonly TrackedItem[];
}

/** Something whose state moves the priority of an instance. Weight 0 means FAULT, which always hands over. */
export interface TrackedItem {
  readonly keyword: 'track_script' | 'track_interface' | 'track_process';
  readonly name: string;
  /** -253 to 253, never 0. */
  readonly weight: number;
  /** Inverts the sign of what the weight adds. */
  readonly reverse: boolean;
}

/** A weight that does not do what it is there for. */
export interface WeightProblem {
  readonly keyword: TrackedItem['keyword'];
  readonly what: string;
  readonly hint: string;
}

/** More items than this are examined one by one and all at once; 2^10 combinations take a few milliseconds. */
const ENUMERATED = 10;

/**
 * Enumerates which items fail on the master, and reports each one whose failure moves the VIP in no combination, only
 * in some, or leaves two directors equal.
 */
export function weightProblems(contenders: readonly Contender[]): readonly WeightProblem[] {
  const [master, ...others] = contenders.toSorted((one, other) => healthy(other) - healthy(one));
  const [rival] = others;
  if (master === undefined || rival === undefined || master.tracked.length === 0) return [];
  if (healthy(master) === healthy(rival)) return [equalAtFirst(master, rival)];
  if (rival.nopreempt) return master.tracked.map((item) => neverTaken(item, master, rival));
  return master.tracked.flatMap((item) => judged(item, master, rival) ?? []);
}

function judged(item: TrackedItem, master: Contender, rival: Contender): WeightProblem | undefined {
  const against = healthy(rival);
  const alone = effective(master, new Set([item]));
  if (alone < against) return undefined;
  const { keyword } = item;
  const event = amount(item, true) < amount(item, false) ? 'succeeds' : 'fails';
  const shown = `${named(item)} ${event} on ${master.name}, it has priority ${alone} and ${rival.name} has ${against}`;
  if (alone === against) {
    const what = `When ${shown} too: the higher address decides which one is master.`;
    return { keyword, what, hint: enough(item, master, rival) };
  }
  const others = master.tracked.filter((one) => one !== item);
  const decides = combinations(others).some(
    (failed) =>
      effective(master, new Set(failed)) >= against && effective(master, new Set([...failed, item])) < against,
  );
  const never = decides
    ? 'The VIP stays unless something else fails as well.'
    : 'In no combination does it move the VIP.';
  return { keyword, what: `When ${shown}. ${never}`, hint: enough(item, master, rival) };
}

function enough(item: TrackedItem, master: Contender, rival: Contender): string {
  const least = healthy(master) - healthy(rival) + 1;
  if (least > 253) return 'Choose priorities that are closer.';
  if (item.reverse)
    return `Set its weight to ${Math.sign(item.weight) * least} or beyond, or choose priorities that are closer.`;
  return item.weight < 0
    ? `Set its weight to ${-least} or less, or choose priorities that are closer.`
    : `Set its weight to ${least} or more on every director, or choose priorities that are closer.`;
}

function equalAtFirst(master: Contender, rival: Contender): WeightProblem {
  const [item] = master.tracked;
  const capped = sum(master, new Set()) > HIGHEST ? ` Priorities end at ${HIGHEST}.` : '';
  return {
    keyword: item?.keyword ?? 'track_script',
    what: `With its weights ${master.name} has the same priority as ${rival.name}, ${healthy(master)}, while everything works.${capped}`,
    hint: 'Set lower priorities, further apart than the positive weights of the other director.',
  };
}

function neverTaken({ keyword, name }: TrackedItem, master: Contender, rival: Contender): WeightProblem {
  return {
    keyword,
    what: `The weight of ${name} never moves the VIP: ${rival.name} has nopreempt, so it does not take over while ${master.name} advertises any priority.`,
    hint: 'Use weight 0, which makes a failure a FAULT, or remove nopreempt.',
  };
}

function named({ keyword, name }: TrackedItem): string {
  return keyword === 'track_interface' ? `interface ${name}` : name;
}

/** RFC 9568 §5.2.4: 255 is the owner's, 0 resigns. */
const HIGHEST = 254;

function healthy(contender: Contender): number {
  return effective(contender, new Set());
}

/** The advertised priority while `failed` fail. The owner's never changes. */
function effective(contender: Contender, failed: ReadonlySet<TrackedItem>): number {
  if (contender.priority === 255) return 255;
  return Math.min(Math.max(sum(contender, failed), 1), HIGHEST);
}

function sum({ priority, tracked }: Contender, failed: ReadonlySet<TrackedItem>): number {
  return tracked.reduce((total, item) => total + share(item, !failed.has(item)), priority);
}

/** An item works in the state in which it adds more: with `reverse` a script that succeeds may lower the priority. */
function share(item: TrackedItem, works: boolean): number {
  const [up, down] = [amount(item, true), amount(item, false)];
  return works ? Math.max(up, down) : Math.min(up, down);
}

/** A positive weight counts while the item is up, a negative one while it is down. */
function amount({ weight, reverse }: TrackedItem, up: boolean): number {
  if (weight > 0 !== up) return 0;
  return reverse ? -weight : weight;
}

function combinations(items: readonly TrackedItem[]): readonly (readonly TrackedItem[])[] {
  if (items.length > ENUMERATED) return [...items.map((item) => [item]), items];
  return items.reduce<readonly (readonly TrackedItem[])[]>(
    (sets, item) => [...sets, ...sets.map((set) => [...set, item])],
    [[]],
  );
}

/** The part of a director in an instance; undefined where it does not have the instance. */
export function contender(name: string, { vrrp }: Conf, instanceName: string): Contender | undefined {
  const instance = vrrp.vrrp_instance.find((one) => one.name === instanceName);
  if (instance === undefined) return undefined;
  const { priority, nopreempt } = instance;
  const group = vrrp.vrrp_sync_group.find((one) => one.group.includes(instanceName));
  // Members of a sync group with different priorities would disagree about the election, so their weights count as 0.
  const own = group === undefined || group.sync_group_tracking_weight ? trackedBy(instance, vrrp) : [];
  return { name, priority, nopreempt, tracked: group === undefined ? own : [...own, ...trackedBy(group, vrrp)] };
}

type TrackLists = Pick<VrrpInstance, 'track_interface' | 'track_script' | 'track_process'>;

function trackedBy(lists: TrackLists, { vrrp_script, vrrp_track_process }: Conf['vrrp']): readonly TrackedItem[] {
  return [
    ...lists.track_interface.map(({ interface: name, weight, reverse }) => ({
      keyword: 'track_interface' as const,
      name,
      weight,
      reverse,
    })),
    ...lists.track_script.map((tracked) => ({ keyword: 'track_script' as const, ...resolved(tracked, vrrp_script) })),
    ...lists.track_process.map((tracked) => ({
      keyword: 'track_process' as const,
      ...resolved(tracked, vrrp_track_process),
    })),
  ].filter(({ weight }) => weight !== 0);
}

/** A weight of the list replaces that of the definition, and `reverse` of both cancel out. */
function resolved(
  { name, weight, reverse }: Tracked,
  definitions: readonly { readonly name: string; readonly weight: number; readonly reverse: boolean }[],
) {
  const definition = definitions.find((one) => one.name === name);
  return weight === undefined
    ? { name, weight: definition?.weight ?? 0, reverse: reverse !== (definition?.reverse ?? false) }
    : { name, weight, reverse };
}

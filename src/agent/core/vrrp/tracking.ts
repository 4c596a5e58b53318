import type { Tracked, TrackInterface, VrrpInstance, VrrpSyncGroup } from '../../../keepalived/model-vrrp.ts';
import type { VrrpState } from './state.ts';

/**
 * What one tracked thing comes to: an amount for the priority, a fault, or nothing known yet.
 * With a positive weight something good adds, with a negative one something bad subtracts; `reverse` turns the sign.
 */
interface Verdict {
  readonly amount: number;
  readonly fault: string | undefined;
  /** Its first word is waited for. */
  readonly unknown: boolean;
}

const NOTHING: Verdict = { amount: 0, fault: undefined, unknown: false };
/** Beyond it, a file is a fault of whatever tracks it. */
const LEAST = -253;

type TrackLists = Pick<VrrpInstance, 'track_interface' | 'track_script' | 'track_process' | 'track_file'>;

export function syncGroupOf(name: string, state: VrrpState): VrrpSyncGroup | undefined {
  return state.prepared.groups.get(name);
}

/** Clamped to 1 to 254; the owner's is 255 whatever happens. */
export function effectivePriority(conf: VrrpInstance, state: VrrpState): number {
  if (conf.priority === 255) return 255;
  const sum = verdictsOf(conf, state).reduce((total, { amount }) => total + amount, conf.priority);
  return Math.min(254, Math.max(1, sum));
}

/** Reasons why an instance itself cannot take part, in words. */
export function ownFaults(conf: VrrpInstance, state: VrrpState): readonly string[] {
  return verdictsOf(conf, state).flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
}

/** Whether something that it depends on has not said a first word. */
export function isUnknown(conf: VrrpInstance, state: VrrpState): boolean {
  return verdictsOf(conf, state).some(({ unknown }) => unknown);
}

/** In a sync group, members' own weights count as 0, or one group would pull in two directions. */
function verdictsOf(conf: VrrpInstance, state: VrrpState): readonly Verdict[] {
  const group = syncGroupOf(conf.name, state);
  const weighs = conf.priority !== 255 && (group === undefined || group.sync_group_tracking_weight);
  return [
    ...verdicts(conf, state, weighs),
    ...(group === undefined ? [] : verdicts(group, state, conf.priority !== 255)),
  ];
}

function verdicts(lists: TrackLists, state: VrrpState, weighs: boolean): readonly Verdict[] {
  const weigh = (tracked: Tracked, of: { readonly weight: number; readonly reverse: boolean } | undefined) => ({
    weight: weighs ? (tracked.weight ?? of?.weight ?? 0) : 0,
    reverse: tracked.weight === undefined ? tracked.reverse !== (of?.reverse ?? false) : tracked.reverse,
  });
  const { vrrp_script, vrrp_track_process, vrrp_track_file } = state.conf;
  return [
    ...lists.track_interface.map((tracked) => {
      const up = isUp(tracked, state);
      const weight = weighs ? tracked.weight : 0;
      return judge(up, weight, tracked.reverse, `interface ${tracked.interface} is ${up ? 'up' : 'down'}`);
    }),
    ...lists.track_script.map((tracked) => {
      const { weight, reverse } = weigh(
        tracked,
        vrrp_script.find(({ name }) => name === tracked.name),
      );
      const up = state.scripts.get(tracked.name)?.up;
      return judge(up, weight, reverse, `script ${tracked.name} ${up === true ? 'succeeds' : 'fails'}`);
    }),
    ...lists.track_process.map((tracked) => {
      const { weight, reverse } = weigh(
        tracked,
        vrrp_track_process.find(({ name }) => name === tracked.name),
      );
      const up = state.processes.get(tracked.name)?.up;
      return judge(
        up,
        weight,
        reverse,
        `process ${tracked.name} ${up === true ? 'runs' : 'does not run as it should'}`,
      );
    }),
    ...lists.track_file.map((tracked) => {
      const { weight, reverse } = weigh(
        tracked,
        vrrp_track_file.find(({ name }) => name === tracked.name),
      );
      return judgeFile(tracked.name, state.files.get(tracked.name) ?? 0, weight, reverse);
    }),
  ];
}

function judge(up: boolean | undefined, weight: number, reverse: boolean, text: string): Verdict {
  if (weight === 0) return { amount: 0, fault: up === reverse ? text : undefined, unknown: up === undefined };
  const counts = up !== undefined && up === weight > 0;
  return counts ? { ...NOTHING, amount: reverse ? -weight : weight } : NOTHING;
}

function judgeFile(name: string, value: number, weight: number, reverse: boolean): Verdict {
  const text = `file ${name} holds ${value}`;
  if (weight === 0) return (value !== 0) === reverse ? NOTHING : { ...NOTHING, fault: text };
  const amount = value * weight * (reverse ? -1 : 1);
  return amount < LEAST ? { ...NOTHING, fault: text } : { ...NOTHING, amount };
}

function isUp({ interface: name }: TrackInterface, state: VrrpState): boolean {
  const link = state.links.get(name);
  return link !== undefined && link.up && link.running;
}

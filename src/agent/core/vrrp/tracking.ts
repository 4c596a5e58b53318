import type {
  TrackInterface,
  Tracked,
  VrrpConf,
  VrrpInstance,
  VrrpScript,
  VrrpSyncGroup,
  VrrpTrackProcess,
} from '../../../keepalived/model/vrrp.ts';
import type { Instance, ProcessState, ScriptState, VrrpState, VrrpStep } from './state.ts';
import type { Instant } from '../step.ts';
import type { Fault } from '../messages/vrrp-reasons.ts';
import { log } from './event.ts';
import { type Stride, nextDue, timerId } from './walk.ts';

/**
 * The effect of one tracked object: a priority adjustment, a fault, or no result yet. A positive weight is added while
 * the object is up, a negative one while it is down; `reverse` inverts the sign.
 */
interface Verdict {
  readonly amount: number;
  readonly fault: Fault | undefined;
  /** It has not reported a result yet. */
  readonly unknown: boolean;
}

const NOTHING: Verdict = { amount: 0, fault: undefined, unknown: false };
/** Below this, a track_file is a fault for the instances that track it. */
const LEAST = -253;

type TrackLists = Pick<VrrpInstance, 'track_interface' | 'track_script' | 'track_process' | 'track_file'>;

export function syncGroupOf(name: string, state: VrrpState): VrrpSyncGroup | undefined {
  return state.prepared.groups.get(name);
}

/** Clamped to 1–254; the owner's is always 255. */
export function effectivePriority(conf: VrrpInstance, state: VrrpState): number {
  if (conf.priority === 255) return 255;
  const sum = verdictsOf(conf, state).reduce((total, { amount }) => total + amount, conf.priority);
  return Math.min(254, Math.max(1, sum));
}

/** Why tracked objects put an instance in FAULT. */
export function ownFaults(conf: VrrpInstance, state: VrrpState): readonly Fault[] {
  return verdictsOf(conf, state).flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
}

/** Whether a tracked object has not reported a result yet. */
export function isUnknown(conf: VrrpInstance, state: VrrpState): boolean {
  return verdictsOf(conf, state).some(({ unknown }) => unknown);
}

/** Weights of sync group members count as 0, as members with different priorities would disagree about the election. */
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
      return judge(up, weight, tracked.reverse, {
        code: up ? 'interface-up' : 'interface-down',
        interface: tracked.interface,
      });
    }),
    ...lists.track_script.map((tracked) => {
      const { weight, reverse } = weigh(
        tracked,
        vrrp_script.find(({ name }) => name === tracked.name),
      );
      const up = state.scripts.get(tracked.name)?.up;
      return judge(up, weight, reverse, { code: up === true ? 'script-succeeds' : 'script-fails', name: tracked.name });
    }),
    ...lists.track_process.map((tracked) => {
      const { weight, reverse } = weigh(
        tracked,
        vrrp_track_process.find(({ name }) => name === tracked.name),
      );
      const up = state.processes.get(tracked.name)?.up;
      return judge(up, weight, reverse, { code: up === true ? 'process-runs' : 'process-fails', name: tracked.name });
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

function judge(up: boolean | undefined, weight: number, reverse: boolean, fault: Fault): Verdict {
  if (weight === 0) return { amount: 0, fault: up === reverse ? fault : undefined, unknown: up === undefined };
  const counts = up !== undefined && up === weight > 0;
  return counts ? { ...NOTHING, amount: reverse ? -weight : weight } : NOTHING;
}

function judgeFile(name: string, value: number, weight: number, reverse: boolean): Verdict {
  const fault: Fault = { code: 'file', name, value };
  if (weight === 0) return (value !== 0) === reverse ? NOTHING : { ...NOTHING, fault };
  const amount = value * weight * (reverse ? -1 : 1);
  return amount < LEAST ? { ...NOTHING, fault } : { ...NOTHING, amount };
}

function isUp({ interface: name }: TrackInterface, state: VrrpState): boolean {
  const link = state.links.get(name);
  return link !== undefined && link.up && link.running;
}

/** Scripts that at least one instance or group tracks; others are not run. */
export function trackedScripts(conf: VrrpConf): readonly VrrpScript[] {
  const names = new Set(
    [...conf.vrrp_instance, ...conf.vrrp_sync_group].flatMap(({ track_script }) =>
      track_script.map(({ name }) => name),
    ),
  );
  return conf.vrrp_script.filter(({ name }) => names.has(name));
}

/** Runs a script for the first time. @param presumed whether it counts as up until it fails, as for a resumed master */
export function startScript(script: VrrpScript, at: Instant, presumed: boolean): Stride {
  return (state) => {
    const up = presumed ? true : script.init_fail ? false : undefined;
    return started(state, script, { up, against: 0, due: at + script.interval, running: true });
  };
}

/** Handles a script timer. A run still in progress is allowed to finish; the shell enforces its timeout. */
export function scriptDue(name: string, at: Instant): Stride {
  return (state) => {
    const script = state.conf.vrrp_script.find((one) => one.name === name);
    const current = state.scripts.get(name);
    if (script === undefined || current === undefined || current.due > at) return { state, effects: [] };
    const due = nextDue(current.due, script.interval, at);
    if (!current.running) return started(state, script, { ...current, due, running: true });
    const effects = [{ kind: 'timer', id: timerId('script', name), due } as const];
    return { state: withScript(state, name, { ...current, due }), effects };
  };
}

/** The first result counts at once; later changes need `fall` consecutive failures or `rise` successes. */
export function scriptResult(name: string, failed: boolean): Stride {
  return (state) => {
    const script = state.conf.vrrp_script.find((one) => one.name === name);
    const current = state.scripts.get(name);
    if (script === undefined || current === undefined) return { state, effects: [] };
    const finished = { ...current, running: false };
    if (current.up === !failed) return { state: withScript(state, name, { ...finished, against: 0 }), effects: [] };
    const against = current.against + 1;
    if (current.up !== undefined && against < (failed ? script.fall : script.rise))
      return { state: withScript(state, name, { ...finished, against }), effects: [] };
    const effects = [log({ code: failed ? 'script-fails' : 'script-succeeds', name })];
    return { state: withScript(state, name, { ...finished, up: !failed, against: 0 }), effects };
  };
}

function started(state: VrrpState, script: VrrpScript, next: ScriptState): VrrpStep {
  return {
    state: withScript(state, script.name, next),
    effects: [
      {
        kind: 'run-check',
        name: script.name,
        script: script.script,
        timeout: script.timeout > 0 ? script.timeout : script.interval,
      },
      { kind: 'timer', id: timerId('script', script.name), due: next.due },
    ],
  };
}

function withScript(state: VrrpState, name: string, script: ScriptState): VrrpState {
  return { ...state, scripts: new Map(state.scripts).set(name, script) };
}

/** A process count. Changes take effect after fork_delay or terminate_delay, the first count at once. */
export function processCount(name: string, count: number, at: Instant): Stride {
  return (state) => {
    const conf = state.conf.vrrp_track_process.find((one) => one.name === name);
    if (conf === undefined) return { state, effects: [] };
    const current: ProcessState = state.processes.get(name) ?? { up: undefined, pending: undefined, due: undefined };
    const up = isEnough(conf, count);
    if (current.pending === up) return { state, effects: [] };
    const delay = up ? conf.fork_delay : conf.terminate_delay;
    if (current.up === up || current.up === undefined || delay <= 0) return decided(state, name, current, up);
    const due = at + delay;
    const next = { ...current, pending: up, due };
    return { state: withProcess(state, name, next), effects: [{ kind: 'timer', id: timerId('process', name), due }] };
  };
}

/** Handles the end of fork_delay or terminate_delay. */
export function processDue(name: string, at: Instant): Stride {
  return (state) => {
    const current = state.processes.get(name);
    if (current?.pending === undefined || current.due === undefined || current.due > at) return { state, effects: [] };
    return decided(state, name, { ...current, due: undefined }, current.pending);
  };
}

function decided(state: VrrpState, name: string, current: ProcessState, up: boolean): VrrpStep {
  const next = { up, pending: undefined, due: undefined };
  return {
    state: withProcess(state, name, next),
    effects: [
      ...(current.due === undefined ? [] : [{ kind: 'cancel', id: timerId('process', name) } as const]),
      ...(current.up === up ? [] : [log({ code: up ? 'process-runs' : 'process-fails', name })]),
    ],
  };
}

function isEnough({ quorum, quorum_max }: VrrpTrackProcess, count: number): boolean {
  return count >= quorum && (quorum_max === undefined || count <= quorum_max);
}

function withProcess(state: VrrpState, name: string, next: ProcessState): VrrpState {
  return { ...state, processes: new Map(state.processes).set(name, next) };
}

export function membersOf(group: VrrpSyncGroup, state: VrrpState): readonly Instance[] {
  return group.group.flatMap((name) => {
    const member = state.instances.get(name);
    return member === undefined ? [] : [member];
  });
}

/** The other members of the instance's sync group, if any. */
export function othersOf(instance: Instance, state: VrrpState): readonly Instance[] {
  const group = syncGroupOf(instance.conf.name, state);
  if (group === undefined) return [];
  return membersOf(group, state).filter(({ conf }) => conf.name !== instance.conf.name);
}

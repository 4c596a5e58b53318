import type { Instant } from '../step.ts';
import type { Fault } from '../messages/vrrp-reasons.ts';
import { masterDownInterval, skewTime, toBackup, toFault, toMaster } from './election.ts';
import { log } from './event.ts';
import { effectivePriority, isUnknown, othersOf, ownFaults } from './tracking.ts';
import { notifyPriority } from './notify.ts';
import { configuredSource, isUnicast, sourceOf } from './sockets.ts';
import type { Instance, VrrpState } from './state.ts';
import { type Move, type Stride, effectsOf, inTurn, moved, timers, walk } from './walk.ts';

/** Recomputes the priority and faults of every instance after a change of tracked objects, links or configuration. */
export function settle(at: Instant): Stride {
  return (state) => {
    if (state.phase !== 'running' && state.phase !== 'waiting') return { state, effects: [] };
    const names = [...state.instances.keys()];
    return walk(state, [
      ...names.map((name) => moved(name, weigh(at))),
      ...names.map((name) => moved(name, takePart(at))),
    ]);
  };
}

/** Updates the priority from the tracked objects. */
export function weigh(at: Instant): Move {
  return (instance, state) => {
    const priority = effectivePriority(instance.conf, state);
    if (priority === instance.priority) return { state: instance, effects: [] };
    const next = { ...instance, priority };
    const { down } = instance.timers;
    const due = down === undefined ? undefined : Math.max(at, down - skewTime(instance) + skewTime(next));
    const entry = {
      code: 'priority-changed',
      instance: instance.conf.name,
      from: instance.priority,
      to: priority,
    } as const;
    const entries = instance.state === 'INIT' ? [] : [log(entry)];
    return inTurn(effectsOf(...entries, ...notifyPriority(next)), timers({ down: due }))(next, state);
  };
}

function takePart(at: Instant): Move {
  return (instance, state) => {
    const unchanged = { state: instance, effects: [] };
    if (instance.state === 'INIT' && state.phase === 'waiting') return unchanged;
    const faults = faultsOf(instance, state);
    if (faults.length > 0) {
      if (instance.state !== 'FAULT') return toFault(at, faults)(instance, state);
      return { state: { ...instance, faults }, effects: [] };
    }
    if (instance.state === 'BACKUP' || instance.state === 'MASTER' || isWaiting(instance, state)) return unchanged;
    return join(at)(instance, state);
  };
}

/** RFC 9568 §6.4.1, Startup: the owner becomes master at once (in keepalived only with `state MASTER`). */
function join(at: Instant): Move {
  return (instance, state) => {
    if (instance.priority === 255 && instance.conf.state === 'MASTER')
      return toMaster(at, { code: 'owner' })(instance, state);
    return toBackup(at, { code: instance.state === 'INIT' ? 'started' : 'recovered' })(instance, state);
  };
}

/** Why an instance cannot participate: its own faults or, if none, those of its sync group. */
export function faultsOf(instance: Instance, state: VrrpState): readonly Fault[] {
  const own = surroundingFaults(instance, state);
  if (own.length > 0) return own;
  return othersOf(instance, state).flatMap((other) =>
    surroundingFaults(other, state).map((fault) => ({ ...fault, member: other.conf.name })),
  );
}

function isWaiting(instance: Instance, state: VrrpState): boolean {
  return [instance, ...othersOf(instance, state)].some(({ conf }) => isUnknown(conf, state));
}

function surroundingFaults({ conf }: Instance, state: VrrpState): readonly Fault[] {
  const link = state.links.get(conf.interface);
  if (link === undefined) return [{ code: 'no-interface', interface: conf.interface }];
  const faults: Fault[] = [];
  if (!conf.dont_track_primary && !(link.up && link.running))
    faults.push({ code: 'interface-down', interface: conf.interface });
  if (sourceOf(conf, state) === undefined)
    faults.push({ code: 'no-address', interface: conf.interface, family: conf.family });
  const source = conf.track_src_ip ? configuredSource(conf) : undefined;
  if (source !== undefined && state.views.get(conf.interface)?.own.has(source) !== true)
    faults.push({ code: 'no-source', interface: conf.interface, address: source });
  if (conf.unicast_fault_no_peer && !isUnicast(conf)) faults.push({ code: 'no-unicast-peer' });
  return [...faults, ...ownFaults(conf, state)];
}

/** Restarts Master_Down_Timer. */
export function restartDown(at: Instant): Move {
  return (instance, state) => timers({ down: at + masterDownInterval(instance) })(instance, state);
}

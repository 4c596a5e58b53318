import type { Instant } from '../step.ts';
import { masterDownInterval, skewTime, toBackup, toFault, toMaster } from './election.ts';
import { logOf } from './event.ts';
import { effectivePriority, isUnknown, othersOf, ownFaults } from './tracking.ts';
import { tellPriority } from './notify.ts';
import { isUnicast, sourceOf } from './sockets.ts';
import type { Instance, VrrpState } from './state.ts';
import { type Move, type Stride, effectsOf, inTurn, moved, timers, walk } from './walk.ts';

/** After anything may have changed: every instance has the priority and the faults that its surroundings give it. */
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

/** Its priority follows what it tracks. */
export function weigh(at: Instant): Move {
  return (instance, state) => {
    const priority = effectivePriority(instance.conf, state);
    if (priority === instance.priority) return { state: instance, effects: [] };
    const next = { ...instance, priority };
    const { down } = instance.timers;
    const due = down === undefined ? undefined : Math.max(at, down - skewTime(instance) + skewTime(next));
    const text = `priority is ${priority} now, was ${instance.priority}`;
    const told = instance.state === 'INIT' ? [] : [logOf('info', instance, text)];
    return inTurn(effectsOf(...told, ...tellPriority(next)), timers({ down: due }))(next, state);
  };
}

function takePart(at: Instant): Move {
  return (instance, state) => {
    const unmoved = { state: instance, effects: [] };
    if (instance.state === 'INIT' && state.phase === 'waiting') return unmoved;
    const faults = faultsOf(instance, state);
    if (faults.length > 0) {
      if (instance.state !== 'FAULT') return toFault(at, faults)(instance, state);
      return { state: { ...instance, faults }, effects: [] };
    }
    if (instance.state === 'BACKUP' || instance.state === 'MASTER' || isWaiting(instance, state)) return unmoved;
    return join(at)(instance, state);
  };
}

/** RFC 9568 §6.4.1, Startup: the owner is master at once (with keepalived, when its `state` says so), others listen first. */
function join(at: Instant): Move {
  return (instance, state) => {
    if (instance.priority === 255 && instance.conf.state === 'MASTER')
      return toMaster(at, 'it owns the addresses')(instance, state);
    const why =
      instance.state === 'INIT' ? 'it listens for a master first' : 'nothing that it depends on fails any more';
    return toBackup(at, why)(instance, state);
  };
}

/** Why it cannot take part: its own reasons, or those of the members of its sync group. */
export function faultsOf(instance: Instance, state: VrrpState): readonly string[] {
  const own = surroundingFaults(instance, state);
  if (own.length > 0) return own;
  return othersOf(instance, state).flatMap((other) =>
    surroundingFaults(other, state).map((fault) => `${other.conf.name} of its sync group: ${fault}`),
  );
}

function isWaiting(instance: Instance, state: VrrpState): boolean {
  return [instance, ...othersOf(instance, state)].some(({ conf }) => isUnknown(conf, state));
}

function surroundingFaults({ conf }: Instance, state: VrrpState): readonly string[] {
  const link = state.links.get(conf.interface);
  if (link === undefined) return [`interface ${conf.interface} is not there`];
  const faults: string[] = [];
  if (!conf.dont_track_primary && !(link.up && link.running)) faults.push(`interface ${conf.interface} is down`);
  if (sourceOf(conf, state) === undefined)
    faults.push(`interface ${conf.interface} has no ${conf.family === 'ipv6' ? 'link-local IPv6' : 'IPv4'} address`);
  if (conf.unicast_fault_no_peer && !isUnicast(conf)) faults.push('it has no unicast_peer');
  return [...faults, ...ownFaults(conf, state)];
}

/** When a BACKUP takes over if nothing is heard, from now. */
export function restartDown(at: Instant): Move {
  return (instance, state) => timers({ down: at + masterDownInterval(instance) })(instance, state);
}

import type { Instant } from '../step.ts';
import type { VrrpEvent } from './event.ts';
import { expire } from './election.ts';
import { syncGroups } from './sync-group.ts';
import { linkGone, linkSeen, isEquivalent, putBack } from './link.ts';
import { notifyStates } from './notify.ts';
import { processCount, processDue, scriptDue, scriptResult } from './tracking.ts';
import { addressee, heard } from './receive.ts';
import { reload } from './reload.ts';
import { settle } from './settle.ts';
import { listen } from './sockets.ts';
import { endStartupDelay, start, stop } from './start.ts';
import type { VrrpState, VrrpStep } from './state.ts';
import { type Move, type Stride, isInstanceTimer, parseTimerId, placed, walk } from './walk.ts';

export { initialVrrp } from './start.ts';

/**
 * Computes the next state and the effects for the shell. Any event is valid in any state: a late one, or one for an
 * unknown object, changes nothing.
 */
export function stepVrrp(state: VrrpState, event: VrrpEvent): VrrpStep {
  const { at } = event;
  if (event.kind !== 'start' && (state.phase === 'new' || state.phase === 'stopped')) return { state, effects: [] };
  if (event.kind === 'stop') return stop()(state);
  if (event.kind === 'received') {
    const name = addressee(event, state);
    if (name === undefined) return { state: { ...state, foreign: state.foreign + 1 }, effects: [] };
    return moveOne(state, name, heard(event), at);
  }
  if (event.kind === 'timer') {
    const { kind, name } = parseTimerId(event.id);
    if (isInstanceTimer(kind)) return moveOne(state, name, expire(kind, at), at);
    return moveAll(state, timer(kind, name, at), event);
  }
  return moveAll(state, stride(event), event);
}

type ForAll = Exclude<VrrpEvent, { readonly kind: 'stop' | 'received' }>;

/**
 * Handles adverts and instance timers, of which there can be thousands a second. They do not affect priorities or
 * faults, so other instances have to be considered only when this one changes state.
 */
function moveOne(state: VrrpState, name: string, move: Move, at: Instant): VrrpStep {
  const instance = state.instances.get(name);
  if (instance === undefined) return unchanged(state);
  const step = move(instance, state);
  const whole = placed(step, instance, state);
  return step.state.state === instance.state ? whole : walk(state, [() => whole, syncGroups(state, at)]);
}

/** Handles all other events, which can affect any instance. */
function moveAll(state: VrrpState, first: Stride, event: ForAll): VrrpStep {
  return walk(state, [
    first,
    (current) =>
      surroundingsChanged(event, state, current) ? walk(current, [listen(), settle(event.at)]) : unchanged(current),
    syncGroups(state, event.at),
    ...(event.kind === 'link' ? [putBack(event.link, state)] : []),
    ...(event.kind === 'reload' ? [(current: VrrpState) => ({ state: current, effects: notifyStates(current) })] : []),
  ]);
}

function unchanged(state: VrrpState): VrrpStep {
  return { state, effects: [] };
}

/** Whether priorities, faults or sockets can have changed. */
function surroundingsChanged(event: ForAll, before: VrrpState, after: VrrpState): boolean {
  if (before.phase !== after.phase || before.conf !== after.conf) return true;
  switch (event.kind) {
    case 'timer':
      return before.processes !== after.processes;
    case 'link':
      return !isEquivalent(before.views.get(event.link.name), after.views.get(event.link.name));
    case 'script':
      return before.scripts.get(event.name)?.up !== after.scripts.get(event.name)?.up;
    case 'process':
      return before.processes.get(event.name)?.up !== after.processes.get(event.name)?.up;
    case 'file':
      return before.files.get(event.name) !== after.files.get(event.name);
    case 'start':
    case 'reload':
      return true;
    case 'link-gone':
      return before.links !== after.links;
  }
}

function stride(event: Exclude<ForAll, { readonly kind: 'timer' }>): Stride {
  switch (event.kind) {
    case 'start':
      return start(event.at, event.conf, event.links, event.inherited ?? []);
    case 'reload':
      return reload(event.at, event.conf);
    case 'link':
      return linkSeen(event.link);
    case 'link-gone':
      return linkGone(event.name);
    case 'script':
      return scriptResult(event.name, event.failed);
    case 'process':
      return processCount(event.name, event.count, event.at);
    case 'file':
      return (state) => ({
        state: { ...state, files: new Map(state.files).set(event.name, event.value) },
        effects: [],
      });
  }
}

function timer(kind: string, name: string, at: Instant): Stride {
  switch (kind) {
    case 'script':
      return scriptDue(name, at);
    case 'process':
      return processDue(name, at);
    case 'startup':
      return endStartupDelay(at);
    default:
      return unchanged;
  }
}

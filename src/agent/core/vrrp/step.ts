import type { Instant } from '../step.ts';
import type { VrrpEvent } from './event.ts';
import { expire } from './expire.ts';
import { syncGroups } from './group.ts';
import { linkGone, linkSeen, putBack } from './link.ts';
import { processCount, processDue } from './process.ts';
import { receive } from './receive.ts';
import { reload } from './reload.ts';
import { scriptDue, scriptResult } from './script.ts';
import { settle } from './settle.ts';
import { listen } from './sockets.ts';
import { endStartupDelay, start } from './start.ts';
import type { VrrpState, VrrpStep } from './state.ts';
import { stop } from './stop.ts';
import { parseTimerId } from './timer.ts';
import { moved, walk, type Stride } from './walk.ts';

export { startVrrp } from './start.ts';

/**
 * The next state of VRRP, and what the shell must do because of the event. Every event is answered in every state, and
 * none is a mistake: what comes too late, or for something that is not there, changes nothing.
 */
export function stepVrrp(state: VrrpState, event: VrrpEvent): VrrpStep {
  const { at } = event;
  if (event.kind !== 'start' && (state.phase === 'new' || state.phase === 'stopped')) return { state, effects: [] };
  if (event.kind === 'stop') return walk(state, [stop()]);
  return walk(state, [
    stride(event),
    (current) => (surroundingsChanged(state, current) ? walk(current, [listen(), settle(at)]) : unchanged(current)),
    (current) => syncGroups(state, at)(current),
    ...(event.kind === 'link' ? [putBack(event.link, state)] : []),
  ]);
}

function unchanged(state: VrrpState): VrrpStep {
  return { state, effects: [] };
}

/** An advert and most timers change nothing that priorities and faults depend on: there can be hundreds a second. */
function surroundingsChanged(before: VrrpState, after: VrrpState): boolean {
  return (['phase', 'conf', 'links', 'scripts', 'processes', 'files'] as const).some(
    (key) => before[key] !== after[key],
  );
}

function stride(event: Exclude<VrrpEvent, { readonly kind: 'stop' }>): Stride {
  switch (event.kind) {
    case 'start':
      return start(event.at, event.conf, event.links, event.inherited ?? []);
    case 'reload':
      return reload(event.at, event.conf);
    case 'timer':
      return timer(event.id, event.at);
    case 'received':
      return receive(event);
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

function timer(id: string, at: Instant): Stride {
  const { kind, name } = parseTimerId(id);
  switch (kind) {
    case 'advert':
    case 'down':
    case 'garp':
    case 'lower':
    case 'refresh':
      return moved(name, expire(kind, at));
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

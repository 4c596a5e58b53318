import { listen } from './sockets.ts';
import { log } from './log.ts';
import { notifications, tell } from './notify.ts';
import { NO_TIMERS } from './state.ts';
import { staticAll } from './statics.ts';
import { timerId, timers } from './timer.ts';
import { release, resign } from './transition.ts';
import { changed, moved, walk, type Stride } from './walk.ts';

/** RFC 9568 §6.4.3, shutdown: masters resign before their addresses go. */
export function stop(): Stride {
  return (state) => {
    if (state.phase === 'new' || state.phase === 'stopped') return { state, effects: [] };
    const names = [...state.instances.keys()];
    return walk(state, [
      (current) => ({ state: current, effects: [log('notice', 'VRRP stops')] }),
      ...names.map((name) => moved(name, resign())),
      ...names.map((name) => moved(name, release(), changed({ state: 'INIT' }), timers(NO_TIMERS), tell('STOP'))),
      (current) => ({
        state: { ...current, phase: 'stopped', scripts: new Map(), processes: new Map() },
        effects: [
          ...current.conf.vrrp_sync_group.flatMap((group) =>
            notifications(group.notify, 'GROUP', group.name, 'STOP', 0),
          ),
          ...staticAll('remove', current.conf),
          ...[...current.scripts.keys()].map((name) => ({ kind: 'cancel', id: timerId('script', name) }) as const),
          ...[...current.processes.keys()].map((name) => ({ kind: 'cancel', id: timerId('process', name) }) as const),
          ...(state.phase === 'waiting' ? [{ kind: 'cancel', id: timerId('startup', '') } as const] : []),
        ],
      }),
      listen(),
    ]);
  };
}

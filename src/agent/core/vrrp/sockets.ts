import type { VrrpSocket } from './event.ts';
import { groupOf, isUnicast } from './source.ts';
import type { VrrpState } from './state.ts';
import type { Stride } from './walk.ts';

/** Tells the whole list when it is another one than before. Interfaces that are not there have no socket. */
export function listen(): Stride {
  return (state) => {
    const sockets = state.phase === 'running' || state.phase === 'waiting' ? needed(state) : [];
    if (JSON.stringify(sockets) === JSON.stringify(state.sockets)) return { state, effects: [] };
    return { state: { ...state, sockets }, effects: [{ kind: 'listen', sockets }] };
  };
}

function needed(state: VrrpState): readonly VrrpSocket[] {
  const all = new Map<string, VrrpSocket>();
  for (const { conf } of state.instances.values()) {
    if (!state.links.has(conf.interface)) continue;
    const group = isUnicast(conf) ? undefined : groupOf(conf, state);
    const socket = { interface: conf.interface, family: conf.family, group };
    all.set(`${conf.interface} ${conf.family} ${group ?? ''}`, socket);
  }
  return [...all.values()];
}

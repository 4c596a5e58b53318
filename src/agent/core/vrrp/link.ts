import type { Link } from './event.ts';
import { addressEffects, announce, deviceOf, isPresent } from './keep.ts';
import { viewLink } from './link-view.ts';
import { logOf } from './log.ts';
import { staticOf } from './statics.ts';
import type { VrrpState } from './state.ts';
import { effectsOf, inTurn, moved, walk, type Move, type Stride } from './walk.ts';

/** An interface is there or has changed. */
export function linkSeen(link: Link): Stride {
  return (state) => {
    const links = new Map(state.links).set(link.name, link);
    const views = new Map(state.views).set(link.name, viewLink(link, state.prepared.virtual));
    const effects = state.links.has(link.name) || state.phase === 'stopped' ? [] : staticOf(link.name, state.conf);
    return { state: { ...state, links, views }, effects };
  };
}

export function linkGone(name: string): Stride {
  return (state) => {
    const links = new Map(state.links);
    const views = new Map(state.views);
    links.delete(name);
    views.delete(name);
    return { state: { ...state, links, views }, effects: [] };
  };
}

/**
 * Puts back what a master keeps and somebody else took away. Only an address that was seen there can be missed: news
 * of an interface may be older than our own change. @param before the state that the event found
 */
export function putBack(link: Link, before: VrrpState): Stride {
  return (state) => {
    const was = before.links.get(link.name);
    if (!link.up || (was?.up === true && hasAll(link, was))) return { state, effects: [] };
    return walk(
      state,
      [...state.instances.keys()].map((name) => moved(name, restore(link, was))),
    );
  };
}

/** Whether nothing has gone: a master of many addresses hears of each that it puts there. */
function hasAll(link: Link, was: Link): boolean {
  const now = new Set(link.addresses.map(({ address, prefix }) => `${address}/${prefix}`));
  return was.addresses.every(({ address, prefix }) => now.has(`${address}/${prefix}`));
}

function restore(link: Link, was: Link | undefined): Move {
  return (instance, state) => {
    const { conf, held } = instance;
    const missing = held.filter(
      (address) =>
        deviceOf(address, conf) === link.name &&
        !isPresent(link, address) &&
        (was === undefined || !was.up || isPresent(was, address)),
    );
    if (missing.length === 0 || !link.up) return { state: instance, effects: [] };
    const names = missing.map(({ address }) => address).join(', ');
    const returned = was === undefined || !was.up;
    const text = returned
      ? `${link.name} is back: ${names} is put there again`
      : `${names} was taken from ${link.name} by somebody else and is put back. Look for a network manager.`;
    return inTurn(
      effectsOf(
        logOf(returned ? 'notice' : 'warning', instance, text),
        ...addressEffects('add', missing, conf.interface),
      ),
      announce(Math.max(1, conf.garp.garp_master_repeat), missing),
    )(instance, state);
  };
}

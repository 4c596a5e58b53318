import type { Send, VrrpSocket } from './event.ts';
import type { Adverts, Counters, Instance, VrrpState } from './state.ts';
import { type Move, type Stride, setTimer, timers } from './walk.ts';
import type { VrrpConf, VrrpInstance, VrrpSyncGroup } from '../../../keepalived/model-vrrp.ts';
import type { Family } from '../../../keepalived/text/address.ts';
import type { Instant } from '../step.ts';
import { encodeAdvert } from './packet.ts';

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

/**
 * The address that adverts of an instance come from, by which equal priorities are decided as well (RFC 9568 §6.4.3):
 * what is configured, or the first address of the interface, link-local for IPv6 (RFC 9568 §5.1.2.1). Virtual addresses
 * are none of them, unless we own them and have no other.
 */
export function sourceOf(conf: VrrpInstance, state: VrrpState): string | undefined {
  const configured = isUnicast(conf) ? conf.unicast_src_ip : conf.mcast_src_ip;
  if (configured !== undefined) return configured;
  const view = state.views.get(conf.interface);
  if (view === undefined) return undefined;
  const { host, first } = view[conf.family === 'ipv4' ? 'ipv4' : isUnicast(conf) ? 'ipv6' : 'linkLocal'];
  return host ?? (conf.priority === 255 ? first : undefined);
}

/** Whether adverts go to peers, not to a group. */
export function isUnicast(conf: VrrpInstance): boolean {
  return conf.unicast_peer.length > 0;
}

/** The multicast group of an instance. */
export function groupOf(conf: VrrpInstance, state: VrrpState): string {
  const { vrrp_mcast_group4, vrrp_mcast_group6 } = state.conf.globals;
  if (conf.mcast_dst_ip !== undefined) return conf.mcast_dst_ip;
  return conf.family === 'ipv4' ? vrrp_mcast_group4 : vrrp_mcast_group6;
}

/** What events ask of a configuration again and again, worked out once, so that one of many instances costs no more. */
export interface Prepared {
  /** The virtual addresses of all instances: none of them is an address of the host. */
  readonly virtual: ReadonlySet<string>;
  /** By `listenerKey`, in the order of the configuration. */
  readonly listeners: ReadonlyMap<string, readonly VrrpInstance[]>;
  /** The sync group of each member, by its name. */
  readonly groups: ReadonlyMap<string, VrrpSyncGroup>;
}

export function prepare(conf: VrrpConf): Prepared {
  const listeners = new Map<string, VrrpInstance[]>();
  for (const instance of conf.vrrp_instance) {
    const key = listenerKey(instance.interface, instance.family, instance.virtual_router_id);
    const others = listeners.get(key);
    if (others === undefined) listeners.set(key, [instance]);
    else others.push(instance);
  }
  const groups = new Map<string, VrrpSyncGroup>();
  for (const group of conf.vrrp_sync_group)
    for (const name of group.group) if (!groups.has(name)) groups.set(name, group);
  return { virtual: virtualAddresses(conf), listeners, groups };
}

/** Packets with the same key are for the same instances, but for their addresses (RFC 9568 §7.1). */
export function listenerKey(name: string, family: Family, vrid: number): string {
  return `${vrid} ${family} ${name}`;
}

function virtualAddresses(conf: VrrpConf): ReadonlySet<string> {
  return new Set(
    conf.vrrp_instance.flatMap((instance) =>
      [...instance.virtual_ipaddress, ...instance.virtual_ipaddress_excluded].map(({ address }) => address),
    ),
  );
}

/** RFC 9568 §5.1.1.3 and §5.1.2.3: never forwarded, and nobody outside of the link can forge it. */
const TTL = 255;

/** One advert to the group, or one to each peer. @param priority 0 resigns (RFC 9568 §5.2.4); else that of the instance */
export function sendAdvert(priority?: 0): Move {
  return (instance, state) => {
    const adverts = advertsOf(instance, priority ?? instance.priority, state);
    if (adverts === undefined) return { state: instance, effects: [] };
    const counters = countSent(instance, adverts, priority === 0);
    return { state: { ...instance, adverts, counters }, effects: adverts.sends };
  };
}

/** An advert, and the next one at `due`: what a master does all day, with one copy of the instance for both. */
export function advertise(due: Instant): Move {
  return (instance, state) => {
    const adverts = advertsOf(instance, instance.priority, state);
    if (adverts === undefined) return timers({ advert: due })(instance, state);
    const counters = countSent(instance, adverts, false);
    return {
      state: { ...instance, adverts, counters, timers: { ...instance.timers, advert: due } },
      effects: [...adverts.sends, setTimer('advert', instance, due)],
    };
  };
}

/** Those sent last where they still say what is to be said; undefined where there is no address to send them from. */
function advertsOf(instance: Instance, priority: number, state: VrrpState): Adverts | undefined {
  const { adverts } = instance;
  const source = sourceOf(instance.conf, state);
  if (source === undefined) return undefined;
  if (adverts !== undefined && adverts.priority === priority && adverts.source === source) return adverts;
  return { priority, source, sends: sends(instance, priority, source, state) };
}

function countSent({ counters }: Instance, { sends }: Adverts, resigns: boolean): Counters {
  const sent = counters.sent + sends.length;
  return resigns
    ? { ...counters, sent, priorityZeroSent: counters.priorityZeroSent + sends.length }
    : { ...counters, sent };
}

function sends({ conf, wire }: Instance, priority: number, source: string, state: VrrpState): readonly Send[] {
  const { family } = conf;
  const destinations = isUnicast(conf) ? conf.unicast_peer.map(({ address }) => address) : [groupOf(conf, state)];
  const advert = {
    version: conf.version,
    vrid: conf.virtual_router_id,
    priority,
    interval: conf.advert_int,
    ...wire,
  };
  return destinations.map((destination) => ({
    kind: 'send',
    interface: conf.interface,
    family,
    source,
    destination,
    ttl: isUnicast(conf) ? (conf.unicast_ttl ?? TTL) : TTL,
    payload: encodeAdvert(advert, { family, source, destination }, !state.conf.globals.v3_checksum_as_v2),
  }));
}

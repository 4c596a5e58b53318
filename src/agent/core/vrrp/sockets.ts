import type { Send, VrrpSocket } from './event.ts';
import type { Adverts, Counters, Instance, VrrpState } from './state.ts';
import { type Move, type Stride, setTimer, timers } from './walk.ts';
import type { VrrpConf, VrrpInstance, VrrpSyncGroup } from '../../../keepalived/model/vrrp.ts';
import type { Family } from '../../../keepalived/text/address.ts';
import type { Instant } from '../step.ts';
import { encodeAdvert } from './packet.ts';

/** Emits the complete socket list when it changed. Missing interfaces have no socket. */
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
 * The source address of adverts, which also breaks ties between equal priorities (RFC 9568 §6.4.3): the configured one,
 * or the first address of the interface, link-local for IPv6 (RFC 9568 §5.1.2.1). A virtual address is used only by its
 * owner, and only if there is no other.
 */
export function sourceOf(conf: VrrpInstance, state: VrrpState): string | undefined {
  const configured = configuredSource(conf);
  if (configured !== undefined) return configured;
  const view = state.views.get(conf.interface);
  if (view === undefined) return undefined;
  const { host, first } = view[conf.family === 'ipv4' ? 'ipv4' : isUnicast(conf) ? 'ipv6' : 'linkLocal'];
  return host ?? (conf.priority === 255 ? first : undefined);
}

/** unicast_src_ip or mcast_src_ip. */
export function configuredSource(conf: VrrpInstance): string | undefined {
  return isUnicast(conf) ? conf.unicast_src_ip : conf.mcast_src_ip;
}

/** Whether adverts are sent to unicast peers rather than a multicast group. */
export function isUnicast(conf: VrrpInstance): boolean {
  return conf.unicast_peer.length > 0;
}

/** The multicast group of an instance. */
export function groupOf(conf: VrrpInstance, state: VrrpState): string {
  const { vrrp_mcast_group4, vrrp_mcast_group6 } = state.conf.globals;
  if (conf.mcast_dst_ip !== undefined) return conf.mcast_dst_ip;
  return conf.family === 'ipv4' ? vrrp_mcast_group4 : vrrp_mcast_group6;
}

/** Lookup tables derived from the configuration, so that an event costs the same however many instances there are. */
export interface Prepared {
  /** The virtual addresses of all instances. */
  readonly virtual: ReadonlySet<string>;
  /** Source addresses of instances with track_src_ip. */
  readonly tracked: ReadonlySet<string>;
  /** Keyed by `listenerKey`, in configuration order. */
  readonly listeners: ReadonlyMap<string, readonly VrrpInstance[]>;
  /** The sync group of each instance, keyed by instance name. */
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
  const tracked = conf.vrrp_instance.flatMap((one) => (one.track_src_ip ? (configuredSource(one) ?? []) : []));
  return { virtual: virtualAddresses(conf), tracked: new Set(tracked), listeners, groups };
}

/** The key that selects the instances a packet can be for (RFC 9568 §7.1). */
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

/** RFC 9568 §5.1.1.3 and §5.1.2.3: cannot be forged from outside the link. */
const TTL = 255;

/** Sends an advert to the group or to each peer. @param priority 0 to resign (RFC 9568 §5.2.4) */
export function sendAdvert(priority?: 0): Move {
  return (instance, state) => {
    const adverts = advertsOf(instance, priority ?? instance.priority, state);
    if (adverts === undefined) return { state: instance, effects: [] };
    const counters = countSent(instance, adverts, priority === 0);
    return { state: { ...instance, adverts, counters }, effects: adverts.sends };
  };
}

/** Sends an advert and schedules the next at `due`. The hot path of a master: it copies the instance only once. */
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

/** Reuses the last adverts if they are still valid; undefined without a source address. */
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
    payload: encodeAdvert(advert, { family, source, destination }, !conf.v3_checksum_as_v2),
  }));
}

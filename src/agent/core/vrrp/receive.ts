import { compareAddresses, isMulticast } from '../../../keepalived/text/address.ts';
import type { VrrpInstance } from '../../../keepalived/model-vrrp.ts';
import { type Drop, check, takenNow } from './acceptance.ts';
import type { Advert } from './packet.ts';
import { type Received, type VrrpEffect, logOf } from './event.ts';
import { counted, masterDownInterval, skewTime, toBackup } from './election.ts';
import { announce } from './addresses.ts';
import { tellLowerPriority } from './notify.ts';
import { advertise, groupOf, isUnicast, listenerKey, sendAdvert, sourceOf } from './sockets.ts';
import type { Instance, InstanceStep, VrrpState } from './state.ts';
import { type Move, changed, effectsOf, inTurn, setTimer, timers } from './walk.ts';

/** What others send is told of in the journal no more often than this for each reason. */
const QUIET_MS = 60_000;

/**
 * The instance that a packet of protocol 112 is for, if there is one. RFC 9568 §7.1: the VRID is configured on the
 * interface; several unicast instances may share it with other peers.
 */
export function addressee(packet: Received, state: VrrpState): string | undefined {
  const listeners = state.prepared.listeners.get(listenerKey(packet.interface, packet.family, packet.payload[1] ?? -1));
  if (listeners === undefined) return undefined;
  const only = listeners.length === 1 ? listeners[0] : undefined;
  if (only !== undefined) return hears(only, packet, state) ? only.name : undefined;
  const candidates = listeners.filter((conf) => hears(conf, packet, state));
  const peers = candidates.find((conf) => conf.unicast_peer.some(({ address }) => address === packet.source));
  return (peers ?? candidates[0])?.name;
}

function hears(conf: VrrpInstance, { destination }: Received, state: VrrpState): boolean {
  return isUnicast(conf) ? !isMulticast(destination) : destination === groupOf(conf, state);
}

/** What a packet does to the instance that it is for. */
export function heard(packet: Received): Move {
  return (instance, state) => {
    // RFC 9568 §6.4.1: before it takes part, and while it cannot, an instance hears nothing.
    if (instance.state === 'INIT' || instance.state === 'FAULT') return { state: instance, effects: [] };
    // A list of all routers, the same on each of them, has this one in it: what it sends to itself says nothing.
    if (comesFromItself(packet, instance, state)) return { state: instance, effects: [] };
    const checked = check(packet, instance, state);
    if (checked.kind === 'dropped') return drop(checked.reason, checked.text, packet)(instance, state);
    const { advert } = checked;
    // Nearly always there is nothing.
    const told =
      instance.told.length === 0 ? instance.told : instance.told.filter(({ at }) => packet.at - at < QUIET_MS);
    const taken = takenNow(packet, advert, instance);
    const next = { ...instance, taken, told, counters: countAdvert(instance, advert) };
    return (instance.state === 'BACKUP' ? asBackup : asMaster)(packet, advert, next, state);
  };
}

function comesFromItself({ source, interface: name }: Received, { conf }: Instance, state: VrrpState): boolean {
  return (
    conf.unicast_peer.length > 0 &&
    state.views.get(name)?.own.has(source) === true &&
    conf.unicast_peer.some(({ address }) => address === source)
  );
}

/** RFC 9568 §6.4.2. */
function asBackup(packet: Received, advert: Advert, instance: Instance, state: VrrpState): InstanceStep {
  const { at, source } = packet;
  if (advert.priority === 0) {
    // The master resigns: the skew alone decides who follows.
    return inTurn(
      changed({ master: { address: source, priority: 0 } }),
      effectsOf(logOf('info', instance, `the master ${source} resigns`)),
      timers({ down: at + skewTime(instance) }),
    )(instance, state);
  }
  if (advert.priority < instance.priority && preempts(instance)) return preempt(packet, advert)(instance, state);
  // Nearly always the same: an instance is not copied without need.
  const isOver = instance.preemptAt !== undefined && advert.priority >= instance.priority;
  return follow(packet, advert, isOver ? { ...instance, preemptAt: undefined } : instance);
}

/** A master of lower priority: heeded until preempt_delay is over, then no more, so that the timer runs out. */
function preempt(packet: Received, advert: Advert): Move {
  return (instance, state) => {
    const { at, source } = packet;
    const delay = instance.conf.preempt_delay;
    const preemptAt = instance.preemptAt ?? at + delay;
    const wait = delay > 0 ? `after preempt_delay of ${delay / 1000} s` : 'as soon as the timer runs out';
    const text = `${source} is master with priority ${advert.priority}, below ours of ${instance.priority}: taking over ${wait}`;
    const master = { address: source, priority: advert.priority };
    return inTurn(
      effectsOf(...(instance.preemptAt === undefined ? [logOf('info', instance, text)] : [])),
      changed({ preemptAt }),
      preemptAt <= at ? changed({ master }) : (next) => follow(packet, advert, next),
    )(instance, state);
  };
}

/** A master that is heeded: its interval is taken over in version 3 (RFC 9568 §6.4.2), its silence is timed anew. */
function follow(packet: Received, advert: Advert, instance: Instance): InstanceStep {
  const { conf, master, priority } = instance;
  const interval = conf.version === 3 ? advert.interval : conf.advert_int;
  const down = packet.at + masterDownInterval({ conf, priority, interval });
  const effects: VrrpEffect[] = [];
  if (master?.address !== packet.source)
    effects.push(logOf('info', instance, `the master is ${packet.source} with priority ${advert.priority}`));
  if (interval !== instance.interval)
    effects.push(logOf('info', instance, `the master advertises every ${interval} ms: taken over`));
  if (down !== instance.timers.down) effects.push(setTimer('down', instance, down));
  const next: Instance = {
    ...instance,
    wants: false,
    interval,
    master: { address: packet.source, priority: advert.priority },
    timers: { ...instance.timers, down },
  };
  return { state: next, effects };
}

/** RFC 9568 §6.4.3. */
function asMaster(packet: Received, advert: Advert, instance: Instance, state: VrrpState): InstanceStep {
  const { at, source } = packet;
  const { conf } = instance;
  if (advert.priority === 0) return assertNow(at)(instance, state);
  const ours = sourceOf(conf, state);
  const stronger =
    advert.priority > instance.priority ||
    (advert.priority === instance.priority && ours !== undefined && compareAddresses(source, ours) > 0);
  if (stronger) {
    const master = { address: source, priority: advert.priority };
    const why = `${source} is master with priority ${advert.priority}, ours is ${instance.priority}`;
    const interval = conf.version === 3 ? advert.interval : conf.advert_int;
    return inTurn(
      ...(conf.higher_prio_send_advert ? [sendAdvert()] : []),
      changed({ master }),
      toBackup(at, why, interval),
    )(instance, state);
  }
  return inTurn(
    outbid(packet, advert),
    ...(conf.lower_prio_no_advert ? [] : [assertNow(at)]),
    insist(at),
  )(instance, state);
}

/** The same one is told of once, and another one not within a minute: a forger has all the addresses that there are. */
function outbid({ at, source }: Received, advert: Advert): Move {
  return (instance) => {
    const { rival } = instance;
    if (rival !== undefined && (rival.address === source || at - rival.at < QUIET_MS))
      return { state: instance, effects: [] };
    const text = `${source} is master as well, with priority ${advert.priority} against ours of ${instance.priority}: it has to give way`;
    return { state: { ...instance, rival: { address: source, at } }, effects: [logOf('warning', instance, text)] };
  };
}

/** Who heard the other one's announcements last hears ours now, and once more. */
function insist(at: number): Move {
  return (instance, state) => {
    const { garp_lower_prio_delay, garp_lower_prio_repeat } = instance.conf.garp;
    const again = garp_lower_prio_delay > 0 && garp_lower_prio_repeat > 0;
    return inTurn(
      announce(garp_lower_prio_repeat),
      timers({ lower: again ? at + garp_lower_prio_delay : undefined }),
      effectsOf(...tellLowerPriority(instance)),
    )(instance, state);
  };
}

function assertNow(at: number): Move {
  return (instance, state) => advertise(at + instance.conf.advert_int)(instance, state);
}

/** nopreempt means nothing for the owner of the addresses (RFC 9568 §6.1), nor next to `state MASTER`. */
function preempts({ conf, priority }: Instance): boolean {
  return !conf.nopreempt || priority === 255 || conf.state === 'MASTER';
}

function countAdvert(instance: Instance, advert: Advert): Instance['counters'] {
  const counters = counted(instance, 'received');
  return advert.priority === 0 ? { ...counters, priorityZeroReceived: counters.priorityZeroReceived + 1 } : counters;
}

/**
 * Told of once for each reason, until an advert is taken again and a minute has passed: a wrong peer sends one each
 * second, and a forger as many as there is room for, between those of the master.
 */
function drop(reason: Drop, text: string, packet: Received): Move {
  return (instance) => {
    const { counters, told } = instance;
    const dropped = { ...counters.dropped, [reason]: (counters.dropped[reason] ?? 0) + 1 };
    const next = { ...instance, counters: { ...counters, dropped } };
    if (told.some((one) => one.reason === reason)) return { state: next, effects: [] };
    const line = `an advert from ${packet.source} is dropped: ${text}. ${ADVICE[reason]}`;
    return {
      state: { ...next, told: [...told, { reason, at: packet.at }] },
      effects: [logOf(reason === 'own' ? 'info' : 'warning', instance, line)],
    };
  };
}

const ADVICE: Readonly<Record<Drop, string>> = {
  own: 'Look for a loop in the network, or another host with this address.',
  hops: 'Look for a router or a tunnel between the two, or somebody who forges adverts.',
  source: 'Add it to unicast_peer, or find out who it is.',
  length: 'Look at the program that sends it.',
  version: 'Give both routers the same version.',
  type: 'Look at the program that sends it.',
  checksum: 'Look at the program that sends it, and at checksum offloading.',
  'auth-type': 'Give both routers the same auth_type.',
  auth: 'Give both routers the same auth_pass.',
  interval: 'Give both routers the same advert_int.',
  count: 'Give both routers the same virtual_ipaddress.',
  addresses: 'Give both routers the same virtual_ipaddress.',
};

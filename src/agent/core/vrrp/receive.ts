import { compareAddresses, isMulticast } from '../../../keepalived/text/address.ts';
import type { VrrpInstance } from '../../../keepalived/model/vrrp.ts';
import type { Drop } from '../messages/vrrp-reasons.ts';
import { check, takenNow } from './acceptance.ts';
import type { Advert } from './packet.ts';
import { type Received, type VrrpEffect, log } from './event.ts';
import { counted, masterDownInterval, skewTime, toBackup } from './election.ts';
import { announce } from './addresses.ts';
import { notifyLowerPriority } from './notify.ts';
import { advertise, groupOf, isUnicast, listenerKey, sendAdvert, sourceOf } from './sockets.ts';
import type { Instance, InstanceStep, VrrpState } from './state.ts';
import { type Move, changed, effectsOf, inTurn, setTimer, timers } from './walk.ts';

/** Rate limit for log entries about received packets, per reason. */
const QUIET_MS = 60_000;

/**
 * The instance that a packet is addressed to, if any: the one with its VRID on the receiving interface (RFC 9568 §7.1).
 * Several unicast instances may share a VRID with different peers.
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

/** Handles a packet addressed to an instance. */
export function heard(packet: Received): Move {
  return (instance, state) => {
    // RFC 9568 §6.4.1: packets are ignored in Initialize, and in FAULT.
    if (instance.state === 'INIT' || instance.state === 'FAULT') return { state: instance, effects: [] };
    // RFC 9568 §6.4.3: the address owner discards adverts.
    if (instance.conf.owner_ignore_adverts && instance.priority === 255) return { state: instance, effects: [] };
    // unicast_peer may list every router including this one, which then receives its own adverts.
    if (comesFromItself(packet, instance, state)) return { state: instance, effects: [] };
    const checked = check(packet, instance, state);
    if (checked.kind === 'dropped') return reportDrop(checked.drop, packet)(instance, state);
    const { advert } = checked;
    // Avoids allocating in the common case of an empty list.
    const reportedDrops =
      instance.reportedDrops.length === 0
        ? instance.reportedDrops
        : instance.reportedDrops.filter(({ at }) => packet.at - at < QUIET_MS);
    const taken = takenNow(packet, advert, instance);
    const next = { ...instance, taken, reportedDrops, counters: countAdvert(instance, advert) };
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
    // The master resigns, so only the skew time has to pass.
    return inTurn(
      changed({ master: { address: source, priority: 0 } }),
      effectsOf(log({ code: 'master-resigns', instance: instance.conf.name, master: source })),
      timers({ down: at + skewTime(instance) }),
    )(instance, state);
  }
  if (advert.priority < instance.priority && preempts(instance)) return preempt(packet, advert)(instance, state);
  // Avoids copying the instance in the common case.
  const isOver = instance.preemptAt !== undefined && advert.priority >= instance.priority;
  return follow(packet, advert, isOver ? { ...instance, preemptAt: undefined } : instance);
}

/** Follows a master of lower priority until preempt_delay has passed, then ignores it so that the timer expires. */
function preempt(packet: Received, advert: Advert): Move {
  return (instance, state) => {
    const { at, source } = packet;
    const delay = instance.conf.preempt_delay;
    const preemptAt = instance.preemptAt ?? at + delay;
    const { priority } = advert;
    const [name, own] = [instance.conf.name, instance.priority];
    const entry = log({ code: 'taking-over', instance: name, master: source, priority, own, delay });
    const master = { address: source, priority };
    return inTurn(
      effectsOf(...(instance.preemptAt === undefined ? [entry] : [])),
      changed({ preemptAt }),
      preemptAt <= at ? changed({ master }) : (next) => follow(packet, advert, next),
    )(instance, state);
  };
}

/** Accepts the master: restarts the down timer and, in version 3, adopts its interval (RFC 9568 §6.4.2). */
function follow(packet: Received, advert: Advert, instance: Instance): InstanceStep {
  const { conf, master, priority } = instance;
  const interval = conf.version === 3 ? advert.interval : conf.advert_int;
  const down = packet.at + masterDownInterval({ conf, priority, interval });
  const effects: VrrpEffect[] = [];
  if (master?.address !== packet.source)
    effects.push(log({ code: 'master-seen', instance: conf.name, master: packet.source, priority: advert.priority }));
  if (interval !== instance.interval) effects.push(log({ code: 'interval-adopted', instance: conf.name, interval }));
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
    const reason = { code: 'outranked', master: source, priority: advert.priority, own: instance.priority } as const;
    const interval = conf.version === 3 ? advert.interval : conf.advert_int;
    return inTurn(
      ...(conf.higher_prio_send_advert ? [sendAdvert()] : []),
      changed({ master }),
      toBackup(at, reason, interval),
    )(instance, state);
  }
  return inTurn(
    outbid(packet, advert),
    ...(conf.lower_prio_no_advert ? [] : [assertNow(at)]),
    insist(at),
  )(instance, state);
}

/** Logs each rival once and at most one per minute, because source addresses can be forged. */
function outbid({ at, source }: Received, advert: Advert): Move {
  return (instance) => {
    const { rival } = instance;
    if (rival !== undefined && (rival.address === source || at - rival.at < QUIET_MS))
      return { state: instance, effects: [] };
    const { priority } = advert;
    const entry = log({
      code: 'rival',
      instance: instance.conf.name,
      master: source,
      priority,
      own: instance.priority,
    });
    return { state: { ...instance, rival: { address: source, at } }, effects: [entry] };
  };
}

/** Announces the addresses now and once more later, to override those of the rival. */
function insist(at: number): Move {
  return (instance, state) => {
    const { garp_lower_prio_delay, garp_lower_prio_repeat } = instance.conf.garp;
    const again = garp_lower_prio_delay > 0 && garp_lower_prio_repeat > 0;
    return inTurn(
      announce(garp_lower_prio_repeat),
      timers({ lower: again ? at + garp_lower_prio_delay : undefined }),
      effectsOf(...notifyLowerPriority(instance)),
    )(instance, state);
  };
}

function assertNow(at: number): Move {
  return (instance, state) => advertise(at + instance.conf.advert_int)(instance, state);
}

/** nopreempt does not apply to the address owner (RFC 9568 §6.1), nor with `state MASTER`. */
function preempts({ conf, priority }: Instance): boolean {
  return !conf.nopreempt || priority === 255 || conf.state === 'MASTER';
}

function countAdvert(instance: Instance, advert: Advert): Instance['counters'] {
  const counters = counted(instance, 'received');
  return advert.priority === 0 ? { ...counters, priorityZeroReceived: counters.priorityZeroReceived + 1 } : counters;
}

/**
 * Logs the first drop for each reason, and again only after a minute and an accepted advert. A misconfigured peer sends
 * one every second, and a forger can interleave any number with those of the master.
 */
function reportDrop(drop: Drop, { at, source }: Received): Move {
  return (instance) => {
    const reason = drop.code;
    const { counters, reportedDrops } = instance;
    const dropped = { ...counters.dropped, [reason]: (counters.dropped[reason] ?? 0) + 1 };
    const next = { ...instance, counters: { ...counters, dropped } };
    if (reportedDrops.some((one) => one.reason === reason)) return { state: next, effects: [] };
    const code = reason === 'own' ? 'own-advert' : 'advert-dropped';
    return {
      state: { ...next, reportedDrops: [...reportedDrops, { reason, at }] },
      effects: [log({ code, instance: instance.conf.name, source, drop })],
    };
  };
}

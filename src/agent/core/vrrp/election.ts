import type { Instant } from '../step.ts';
import { announce, giveUp, takeUp } from './addresses.ts';
import type { Fault, MasterDown, Transition } from '../messages/vrrp-reasons.ts';
import { log } from './event.ts';
import { notifyState } from './notify.ts';
import { advertise, sendAdvert } from './sockets.ts';
import { type Counters, type Instance, NO_TIMERS } from './state.ts';
import { type Move, type TimerKind, changed, effectsOf, inTurn, nextDue, timers } from './walk.ts';
import { othersOf } from './tracking.ts';

/**
 * Transition to Master (Active), RFC 9568 §6.4.1 and §6.4.2. The advert is sent first, so that no other backup's timer
 * expires while addresses are being added and announced.
 */
export function toMaster(at: Instant, reason: Transition): Move {
  return (instance, state) => {
    const { garp, advert_int } = instance.conf;
    return inTurn(
      changed({
        state: 'MASTER',
        since: at,
        master: undefined,
        interval: advert_int,
        preemptAt: undefined,
        wants: false,
        rival: undefined,
        faults: [],
        counters: counted(instance, 'becameMaster'),
      }),
      effectsOf(log({ code: 'became-master', instance: instance.conf.name, reason })),
      sendAdvert(),
      takeUp(),
      announce(garp.garp_master_repeat),
      timers({
        ...NO_TIMERS,
        advert: at + advert_int,
        garp: garp.garp_master_delay > 0 ? at + garp.garp_master_delay : undefined,
        refresh: garp.garp_master_refresh > 0 ? at + garp.garp_master_refresh : undefined,
      }),
      notifyState('MASTER'),
    )(instance, state);
  };
}

/** Transition to Backup, RFC 9568 §6.4.1 and §6.4.3. @param interval the master's, in ms; defaults to our own */
export function toBackup(at: Instant, reason: Transition, interval?: number): Move {
  return (instance, state) => {
    const next: Instance = { ...instance, interval: interval ?? instance.conf.advert_int };
    return inTurn(
      effectsOf(log({ code: 'became-backup', instance: instance.conf.name, reason })),
      release(),
      changed({ state: 'BACKUP', since: at, interval: next.interval, preemptAt: undefined, wants: false, faults: [] }),
      timers({ ...NO_TIMERS, down: at + masterDownInterval(next) }),
      notifyState('BACKUP'),
    )(instance, state);
  };
}

/** Transition to FAULT. A master resigns, so that a backup takes over after its skew time. */
export function toFault(at: Instant, faults: readonly Fault[]): Move {
  return inTurn(
    (instance) => ({
      state: instance,
      effects: [log({ code: 'became-fault', instance: instance.conf.name, faults })],
    }),
    resign(),
    release(),
    changed({ state: 'FAULT', since: at, faults, master: undefined, preemptAt: undefined, wants: false }),
    timers(NO_TIMERS),
    notifyState('FAULT'),
  );
}

/** RFC 9568 §6.4.3, shutdown: a master sends an advert with priority 0, unless the link is down. */
export function resign(): Move {
  return (instance, state) => {
    const heard = state.links.get(instance.conf.interface)?.running === true;
    return instance.state === 'MASTER' && heard ? sendAdvert(0)(instance, state) : { state: instance, effects: [] };
  };
}

/** Removes the addresses of a master; does nothing in any other state. */
export function release(): Move {
  return (instance, state) => {
    if (instance.state !== 'MASTER') return { state: instance, effects: [] };
    return inTurn(giveUp(), changed({ counters: counted(instance, 'releasedMaster') }))(instance, state);
  };
}

export function counted(instance: Instance, counter: Exclude<keyof Counters, 'dropped'>): Counters {
  return { ...instance.counters, [counter]: instance.counters[counter] + 1 };
}

/** Inputs of the interval calculations. */
type Pace = Pick<Instance, 'conf' | 'priority' | 'interval'>;

/**
 * Skew_Time in ms: the lower the priority, the longer a backup waits. Version 2 counts in seconds whatever the interval
 * (RFC 3768 §6.1), version 3 in the master's intervals (RFC 9568 §6.1).
 */
export function skewTime(instance: Pace): number {
  const unit = instance.conf.version === 2 ? 1000 : instance.interval;
  return ((256 - instance.priority) * unit) / 256;
}

/** Master_Down_Interval (Active_Down_Interval of RFC 9568 §6.1): ms of silence until the master is considered down. */
export function masterDownInterval(instance: Pace): number {
  return instance.conf.down_timer_adverts * instance.interval + skewTime(instance);
}

/** Handles an instance timer. Early expirations and those of cancelled timers are ignored. */
export function expire(kind: TimerKind, at: Instant): Move {
  return (instance, state) => {
    const due = instance.timers[kind];
    if (due === undefined || due > at) return { state: instance, effects: [] };
    if (kind === 'advert' && isOvertaken(instance, due, at)) {
      const late = at - due;
      return toBackup(at, { code: 'late', late })(instance, state);
    }
    // RFC 9568 §6.4.3: Adver_Timer.
    if (kind === 'advert') return advertise(nextDue(due, instance.conf.advert_int, at))(instance, state);
    const fired = changed({ timers: { ...instance.timers, [kind]: undefined } });
    return inTurn(fired, EXPIRED[kind](due, at))(instance, state);
  };
}

/** timer_expired_backup: whether another router may have taken over since the last advert, which was one interval before `due`. */
function isOvertaken({ conf }: Instance, due: Instant, at: Instant): boolean {
  const { timer_expired_backup: priority, advert_int: interval } = conf;
  return priority !== undefined && at - (due - interval) > masterDownInterval({ conf, priority, interval });
}

/**
 * As in keepalived, a sync group takes over only when no member hears a master: one that is silent on a single
 * interface still serves the others.
 */
function waitForOthers(at: Instant): Move {
  return (instance, state) => {
    const entry = { code: 'waiting-for-group', instance: instance.conf.name, reason: whyDown(instance) } as const;
    return inTurn(
      effectsOf(...(instance.wants ? [] : [log(entry)])),
      changed({ wants: true }),
      timers({ down: at + masterDownInterval(instance) }),
    )(instance, state);
  };
}

function whyDown({ master, preemptAt, interval }: Instance): MasterDown {
  if (master === undefined) return { code: 'no-master' };
  if (master.priority === 0) return { code: 'resigned', master: master.address };
  if (preemptAt !== undefined) return { code: 'lower-priority', master: master.address, priority: master.priority };
  return { code: 'silent', master: master.address, interval };
}

const EXPIRED: Readonly<Record<Exclude<TimerKind, 'advert'>, (due: Instant, at: Instant) => Move>> = {
  // RFC 9568 §6.4.2: Master_Down_Timer (Active_Down_Timer).
  down: (_, at) => (instance, state) => {
    const others = othersOf(instance, state);
    if (others.every(({ state, wants }) => state === 'MASTER' || wants))
      return toMaster(at, whyDown(instance))(instance, state);
    return waitForOthers(at)(instance, state);
  },
  garp: () => (instance, state) => announce(instance.conf.garp.garp_master_repeat)(instance, state),
  lower: () => (instance, state) => announce(instance.conf.garp.garp_lower_prio_repeat)(instance, state),
  refresh: (due, at) => (instance, state) => {
    const { garp_master_refresh, garp_master_refresh_repeat } = instance.conf.garp;
    const next = garp_master_refresh > 0 ? nextDue(due, garp_master_refresh, at) : undefined;
    return inTurn(announce(garp_master_refresh_repeat), timers({ refresh: next }))(instance, state);
  },
};

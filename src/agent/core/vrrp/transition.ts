import type { Instant } from '../step.ts';
import { masterDownInterval } from './interval.ts';
import { announce, giveUp, takeUp } from './keep.ts';
import { logOf } from './log.ts';
import { tell } from './notify.ts';
import { sendAdvert } from './send.ts';
import { NO_TIMERS, type Counters, type Instance } from './state.ts';
import { timers } from './timer.ts';
import { changed, effectsOf, inTurn, type Move } from './walk.ts';

/**
 * RFC 9568 §6.4.1 and §6.4.2, to Master (Active): the advert goes first, so that no other backup's timer runs out
 * while the addresses are put there; then whoever knows them learns where they are.
 */
export function toMaster(at: Instant, why: string): Move {
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
      effectsOf(logOf('notice', instance, `becomes MASTER: ${why}`)),
      sendAdvert(),
      takeUp(),
      announce(garp.garp_master_repeat),
      timers({
        ...NO_TIMERS,
        advert: at + advert_int,
        garp: garp.garp_master_delay > 0 ? at + garp.garp_master_delay : undefined,
        refresh: garp.garp_master_refresh > 0 ? at + garp.garp_master_refresh : undefined,
      }),
      tell('MASTER'),
    )(instance, state);
  };
}

/** RFC 9568 §6.4.1 and §6.4.3, to Backup. @param interval the master's, ms; without, ours is taken until it is heard */
export function toBackup(at: Instant, why: string, interval?: number): Move {
  return (instance, state) => {
    const next: Instance = { ...instance, interval: interval ?? instance.conf.advert_int };
    return inTurn(
      effectsOf(logOf('notice', instance, `becomes BACKUP: ${why}`)),
      release(),
      changed({ state: 'BACKUP', since: at, interval: next.interval, preemptAt: undefined, wants: false, faults: [] }),
      timers({ ...NO_TIMERS, down: at + masterDownInterval(next) }),
      tell('BACKUP'),
    )(instance, state);
  };
}

/** Resigns, when it was MASTER, so that a backup takes over after its skew and not after three adverts. */
export function toFault(at: Instant, faults: readonly string[]): Move {
  return inTurn(
    (instance) => ({
      state: instance,
      effects: [logOf('warning', instance, `becomes FAULT: ${faults.join('; ')}`)],
    }),
    resign(),
    release(),
    changed({ state: 'FAULT', since: at, faults, master: undefined, preemptAt: undefined, wants: false }),
    timers(NO_TIMERS),
    tell('FAULT'),
  );
}

/** RFC 9568 §6.4.3, shutdown: a master sends an advert of priority 0, where it can be heard. */
export function resign(): Move {
  return (instance, state) => {
    const heard = state.links.get(instance.conf.interface)?.running === true;
    return instance.state === 'MASTER' && heard ? sendAdvert(0)(instance, state) : { state: instance, effects: [] };
  };
}

/** Takes back what a master keeps; nothing for one that is none. */
export function release(): Move {
  return (instance, state) => {
    if (instance.state !== 'MASTER') return { state: instance, effects: [] };
    return inTurn(giveUp(), changed({ counters: counted(instance, 'releasedMaster') }))(instance, state);
  };
}

export function counted(instance: Instance, counter: Exclude<keyof Counters, 'dropped'>): Counters {
  return { ...instance.counters, [counter]: instance.counters[counter] + 1 };
}

import type { Instant } from '../step.ts';
import { masterDownInterval } from './interval.ts';
import { announce } from './keep.ts';
import { logOf } from './log.ts';
import { othersOf } from './member.ts';
import { advertise } from './send.ts';
import type { Instance } from './state.ts';
import { nextDue, timers, type TimerKind } from './timer.ts';
import { toMaster } from './transition.ts';
import { changed, effectsOf, inTurn, type Move } from './walk.ts';

/** A timer of an instance. One that came early, or was cancelled while its event was on the way, means nothing. */
export function expire(kind: TimerKind, at: Instant): Move {
  return (instance, state) => {
    const due = instance.timers[kind];
    if (due === undefined || due > at) return { state: instance, effects: [] };
    // RFC 9568 §6.4.3: Adver_Timer.
    if (kind === 'advert') return advertise(nextDue(due, instance.conf.advert_int, at))(instance, state);
    const fired = changed({ timers: { ...instance.timers, [kind]: undefined } });
    return inTurn(fired, EXPIRED[kind](due, at))(instance, state);
  };
}

/**
 * A sync group takes over when no member hears a master any more, as keepalived's does: a master that is silent on one
 * interface only still has the others.
 */
function waitForOthers(at: Instant): Move {
  return (instance, state) => {
    const text = `${whyDown(instance)}; it waits for the other members of its sync group`;
    return inTurn(
      effectsOf(...(instance.wants ? [] : [logOf('info', instance, text)])),
      changed({ wants: true }),
      timers({ down: at + masterDownInterval(instance) }),
    )(instance, state);
  };
}

function whyDown({ master, preemptAt, interval }: Instance): string {
  if (master === undefined) return 'there is no master';
  if (master.priority === 0) return `the master ${master.address} resigned`;
  if (preemptAt !== undefined) return `the master ${master.address} has a lower priority, ${master.priority}`;
  return `the master ${master.address}, who advertised every ${interval} ms, is silent`;
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

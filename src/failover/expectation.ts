import type { CheckTiming, VirtualServer, VrrpInstance } from '../inventory/cluster.ts';
import { memberOf, type Moving } from './moving.ts';
import type { FailoverOptions } from './options.ts';

/** How long something should take according to the protocol, in milliseconds. */
export interface Expectation {
  readonly lowMs: number;
  readonly highMs: number;
  /** How it was calculated, for people. */
  readonly because: string;
}

function priorityOf(instance: VrrpInstance, director: string): number {
  return memberOf(instance, director)?.priority ?? 0;
}

/**
 * Skew_Time of a backup in milliseconds: the higher its priority, the sooner it takes over. Version 2 scales one second
 * (RFC 3768 §6.1), version 3 the advertisement interval (RFC 9568 §6.1).
 */
export function skewMs(instance: VrrpInstance, backup: string): number {
  const unit = instance.version === 2 ? 1000 : instance.advert_int * 1000;
  return ((256 - priorityOf(instance, backup)) / 256) * unit;
}

/** The director that takes over from `owner`: the one with the highest priority among those that run. */
export function backupOf([own]: Moving, owner: string, runs: (director: string) => boolean): string | undefined {
  return own.members.find(({ director }) => director !== owner && runs(director))?.director;
}

/** A master that resigns sends priority 0, and the backup only waits for its skew (RFC 9568 §6.4.2). */
function resignation(instance: VrrpInstance, backup: string): Expectation {
  const skew = skewMs(instance, backup);
  const unit = instance.version === 3 ? ' × advert_int' : '';
  return {
    lowMs: skew,
    highMs: skew,
    because: `skew of ${backup}, (256 − ${priorityOf(instance, backup)})/256${unit}`,
  };
}

/**
 * A silent master is declared down three intervals plus the skew after its last advertisement (Master_Down_Interval,
 * RFC 9568 §6.1), which was sent up to one interval before the cut.
 */
function silence(instance: VrrpInstance, backup: string): Expectation {
  const advert = instance.advert_int * 1000;
  const skew = skewMs(instance, backup);
  return {
    lowMs: 2 * advert + skew,
    highMs: 3 * advert + skew,
    because: `3 × advert_int + skew of ${backup}, less up to one advert_int`,
  };
}

/**
 * When `backup` takes over from a master that goes silent in some instances, and resigns from the others. In a sync group
 * both engines wait until all instances have lost their master.
 */
export function expectedTakeover(
  moving: Moving,
  backup: string,
  isSilent: (instance: VrrpInstance) => boolean,
): Expectation {
  const each = moving
    .filter((instance) => memberOf(instance, backup) !== undefined)
    .map((instance) => ({ name: instance.name, ...(isSilent(instance) ? silence : resignation)(instance, backup) }))
    .toSorted((one, other) => one.highMs - other.highMs);
  const [first] = each;
  const last = each.at(-1);
  if (first === undefined || last === undefined) throw new RangeError(`${backup} takes no part`);
  const { name, highMs, because } = last;
  return {
    lowMs: Math.max(...each.map(({ lowMs }) => lowMs)),
    highMs,
    because: first.highMs === highMs ? first.because : `${name}, the last of its sync group: ${because}`,
  };
}

/**
 * When health checks remove a real server that refuses connections: after the next check and all its retries. A server
 * that drops packets instead takes `connect_timeout` longer for each attempt.
 */
export function expectedRemoval(service: VirtualServer, check: CheckTiming): Expectation {
  const retries = check.retry * check.delay_before_retry * 1000;
  return {
    lowMs: retries,
    highMs: retries + service.delay_loop * 1000,
    because: `up to delay_loop, then retry × delay_before_retry`,
  };
}

/**
 * Time for a returning director to become master again: it listens first, then waits for `preempt_delay` if set. A sync
 * group waits for the slowest of its instances.
 */
export function expectedReturnMs(moving: Moving, owner: string): number {
  return Math.max(
    ...moving.map(
      (instance) => 3 * instance.advert_int * 1000 + skewMs(instance, owner) + (instance.preempt_delay ?? 0) * 1000,
    ),
  );
}

/** Whether a director becomes master again when it returns: it must preempt in every instance of a sync group. */
export function preemptsOnReturn(moving: Moving, owner: string): boolean {
  return moving.every(({ nopreempt, members }) => !nopreempt && members[0]?.director === owner);
}

/** Seconds for everything that depends on no setting: logging in, probing, verifying, reconnecting. */
const ALWAYS = 60;

/**
 * Upper bound for the duration of a test in seconds; its streams must not end earlier. VRRP needs at most four intervals
 * for each of two takeovers. A health check needs one loop and all retries to remove a server, and one loop to add it.
 */
export function longestSeconds(
  moving: Moving,
  service: VirtualServer,
  options: FailoverOptions,
  faults: number,
): number {
  const checks = service.pool.map(({ timing }) => timing.retry * timing.delay_before_retry);
  const vrrp = Math.max(...moving.map(({ advert_int, preempt_delay = 0 }) => 8 * advert_int + preempt_delay));
  const director = options.healthSeconds + vrrp + options.cableSeconds + service.delay_loop + 30;
  const web = options.healthSeconds + 2 * service.delay_loop + Math.max(0, ...checks) + 30;
  return Math.ceil(ALWAYS + faults * Math.max(director, web));
}

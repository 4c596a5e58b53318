import {
  type CheckTiming,
  type Cluster,
  type Director,
  type VirtualServer,
  type VrrpInstance,
} from '../inventory/cluster.ts';
import { Failure } from '../failure.ts';
import type { FailoverOptions } from './options.ts';

/** How long something should take according to the protocol, in milliseconds. */
export interface Expectation {
  readonly lowMs: number;
  readonly highMs: number;
  /** How it was calculated, for people. */
  readonly because: string;
}

/**
 * The instance that a test breaks.
 * @throws Failure where the cluster has none
 */
export function instanceOf({ instances }: Pick<Cluster, 'instances'>): VrrpInstance {
  const [instance] = instances;
  if (instance === undefined) throw new Failure('inventory', 'a failover test needs a VRRP instance');
  return instance;
}

/** The priority of a director in the instance. */
function priorityOf(cluster: Cluster, { name }: Pick<Director, 'name'>): number {
  return instanceOf(cluster).members.find(({ director }) => director === name)?.priority ?? 0;
}

/**
 * Skew_Time of a backup in milliseconds: the higher its priority, the sooner it takes over. Version 2 scales one second
 * (RFC 3768 §6.1), version 3 the advertisement interval (RFC 9568 §6.1).
 */
export function skewMs(cluster: Cluster, backup: Director): number {
  const { version, advert_int } = instanceOf(cluster);
  const unit = version === 2 ? 1000 : advert_int * 1000;
  return ((256 - priorityOf(cluster, backup)) / 256) * unit;
}

/** The director that takes over from `owner`: the one with the highest priority among the others. */
export function backupOf(cluster: Cluster, owner: string): Director | undefined {
  const next = instanceOf(cluster).members.find(({ director }) => director !== owner);
  return cluster.directors.find(({ name }) => name === next?.director);
}

/** A master that resigns sends priority 0, and the backup only waits for its skew (RFC 9568 §6.4.2). */
export function expectedResignation(cluster: Cluster, backup: Director): Expectation {
  const skew = skewMs(cluster, backup);
  return { lowMs: skew, highMs: skew, because: `skew of ${backup.name}, (256 − ${priorityOf(cluster, backup)})/256` };
}

/**
 * A silent master is declared down three intervals plus the skew after its last advertisement (Master_Down_Interval,
 * RFC 9568 §6.1), which was sent up to one interval before the cut.
 */
export function expectedSilence(cluster: Cluster, backup: Director): Expectation {
  const advert = instanceOf(cluster).advert_int * 1000;
  const skew = skewMs(cluster, backup);
  return {
    lowMs: 2 * advert + skew,
    highMs: 3 * advert + skew,
    because: `3 × advert_int + skew, less up to one advert_int`,
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

/** Time for a returning director to become master again: it listens first, then waits for `preempt_delay` if set. */
export function expectedReturnMs(cluster: Cluster, owner: Director): number {
  const instance = instanceOf(cluster);
  return 3 * instance.advert_int * 1000 + skewMs(cluster, owner) + (instance.preempt_delay ?? 0) * 1000;
}

/** Whether a director becomes master again when it returns. */
export function preemptsOnReturn(cluster: Cluster, owner: Director): boolean {
  const { nopreempt, members } = instanceOf(cluster);
  return !nopreempt && members[0]?.director === owner.name;
}

/** Seconds for everything that depends on no setting: logging in, probing, verifying, reconnecting. */
const ALWAYS = 60;

/**
 * Upper bound for the duration of a test in seconds; its streams must not end earlier. VRRP needs at most four intervals
 * for each of two takeovers. A health check needs one loop and all retries to remove a server, and one loop to add it.
 */
export function longestSeconds(cluster: Cluster, service: VirtualServer, options: FailoverOptions): number {
  const { advert_int, preempt_delay = 0 } = instanceOf(cluster);
  const checks = service.pool.map(({ timing }) => timing.retry * timing.delay_before_retry);
  const director = options.healthSeconds + 8 * advert_int + preempt_delay + options.cableSeconds + 30;
  const web = options.healthSeconds + 2 * service.delay_loop + Math.max(0, ...checks) + 30;
  return Math.ceil(ALWAYS + options.faults.length * Math.max(director, web));
}

import type { Cluster, Director, TcpCheck, VirtualServer } from '../inventory/cluster.ts';

/** How long something should take by the arithmetic of the protocol, in milliseconds. */
export interface Expectation {
  readonly lowMs: number;
  readonly highMs: number;
  /** How it was reckoned, for a person. */
  readonly because: string;
}

/** 3 when the address is IPv6 or the configuration says so; keepalived speaks 2 otherwise. */
export function vrrpVersion(cluster: Cluster): 2 | 3 {
  const raw = [cluster.global_defs.raw, cluster.vrrp_instance.raw, cluster.raw].join('\n');
  const inner = cluster.vrrp_instance.virtual_ipaddress.some(({ address }) => address.includes(':'));
  return inner || /^\s*(vrrp_)?version\s+3\b/m.test(raw) ? 3 : 2;
}

/**
 * Skew_Time of a backup in milliseconds: the higher its priority, the sooner it takes over.
 * Version 2 reckons with one second (RFC 3768 §6.1), version 3 with the interval of the advertisements (RFC 9568 §6.1).
 */
export function skewMs(cluster: Cluster, backup: Director): number {
  const unit = vrrpVersion(cluster) === 2 ? 1000 : cluster.vrrp_instance.advert_int * 1000;
  return ((256 - backup.priority) / 256) * unit;
}

/** The director that takes over from `owner`: the one with the highest priority among the others; undefined when there is none. */
export function backupOf(cluster: Cluster, owner: string): Director | undefined {
  return cluster.directors
    .filter(({ name }) => name !== owner)
    .reduce<Director | undefined>(
      (best, each) => (best === undefined || each.priority > best.priority ? each : best),
      undefined,
    );
}

/** A master that resigns says so with priority 0, and the backup waits its skew only (RFC 9568 §6.4.2). */
export function expectedResignation(cluster: Cluster, backup: Director): Expectation {
  const skew = skewMs(cluster, backup);
  return { lowMs: skew, highMs: skew, because: `skew of ${backup.name}, (256 − ${backup.priority})/256` };
}

/**
 * A master that falls silent is missed after three intervals and the skew, counted from its last advertisement
 * (Master_Down_Interval, RFC 9568 §6.1). That was up to one interval before the cut.
 */
export function expectedSilence(cluster: Cluster, backup: Director): Expectation {
  const advert = cluster.vrrp_instance.advert_int * 1000;
  const skew = skewMs(cluster, backup);
  return {
    lowMs: 2 * advert + skew,
    highMs: 3 * advert + skew,
    because: `3 × advert_int + skew, less up to one advert_int`,
  };
}

/**
 * When the checks take a refused real server out: the check that is due next, and all its retries.
 * A server that drops packets instead of refusing costs `connect_timeout` more for each attempt.
 */
export function expectedRemoval(service: VirtualServer, check: TcpCheck): Expectation {
  const retries = check.nb_get_retry * check.delay_before_retry * 1000;
  return {
    lowMs: retries,
    highMs: retries + service.delay_loop * 1000,
    because: `up to delay_loop, then nb_get_retry × delay_before_retry`,
  };
}

/** Until a director that came back is master again: it listens first, and keepalived may wait `preempt_delay`. */
export function expectedReturnMs(cluster: Cluster, owner: Director): number {
  const instance = cluster.vrrp_instance;
  return 3 * instance.advert_int * 1000 + skewMs(cluster, owner) + (instance.preempt_delay ?? 0) * 1000;
}

/** Whether a director takes the address back when it returns. */
export function takesBack(cluster: Cluster, owner: Director): boolean {
  const others = cluster.directors.filter(({ name }) => name !== owner.name);
  return !cluster.vrrp_instance.nopreempt && others.every(({ priority }) => priority < owner.priority);
}

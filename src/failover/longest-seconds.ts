import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import type { FailoverOptions } from './options.ts';

/** Seconds for what depends on no setting: logging in, looking, proving, reconnecting. */
const ALWAYS = 60;

/**
 * More seconds than a test can take, in which its streams must not end: VRRP needs at most four intervals for each of
 * two changes of owner, and each health check its loop and its retries to take a server out and its loop to take it in.
 */
export function longestSeconds(cluster: Cluster, service: VirtualServer, options: FailoverOptions): number {
  const { advert_int, preempt_delay = 0 } = cluster.vrrp_instance;
  const checks = service.pool.map(({ tcp_check }) => tcp_check.nb_get_retry * tcp_check.delay_before_retry);
  const director = options.healthSeconds + 8 * advert_int + preempt_delay + options.cableSeconds + 30;
  const web = options.healthSeconds + 2 * service.delay_loop + Math.max(0, ...checks) + 30;
  return Math.ceil(ALWAYS + options.faults.length * Math.max(director, web));
}

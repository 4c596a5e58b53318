import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import type { FailoverOptions } from './options.ts';

/** Seconds for everything that depends on no setting: logging in, probing, verifying, reconnecting. */
const ALWAYS = 60;

/**
 * Upper bound for the duration of a test in seconds; its streams must not end earlier. VRRP needs at most four intervals
 * for each of two takeovers. A health check needs one loop and all retries to remove a server, and one loop to add it.
 */
export function longestSeconds(cluster: Cluster, service: VirtualServer, options: FailoverOptions): number {
  const { advert_int, preempt_delay = 0 } = cluster.vrrp_instance;
  const checks = service.pool.map(({ timing }) => timing.retry * timing.delay_before_retry);
  const director = options.healthSeconds + 8 * advert_int + preempt_delay + options.cableSeconds + 30;
  const web = options.healthSeconds + 2 * service.delay_loop + Math.max(0, ...checks) + 30;
  return Math.ceil(ALWAYS + options.faults.length * Math.max(director, web));
}

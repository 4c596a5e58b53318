import type { Cluster, Director } from '../inventory/cluster.ts';
import { CONNECT_ANY } from '../render/names.ts';
import type { BooleanWant } from '../resources/boolean.ts';
import type { PlannedEngine } from './engine.ts';
import { checkedPorts } from './openings.ts';

/**
 * Ports to which SELinux's reference policy lets keepalived connect: http_port_t, smtp_port_t, mysqld_port_t
 * (keepalived_selinux(8)).
 */
const ALLOWED: ReadonlySet<number> = new Set([80, 81, 443, 488, 8008, 8009, 8443, 9000, 25, 465, 587, 1186, 3306]);

/** Health checks on other ports fail under SELinux as if no real server listened. The agent is not confined. */
export function selinuxBooleans(
  cluster: Cluster,
  host: Director,
  engine: PlannedEngine['engine'],
): readonly BooleanWant[] {
  return engine === 'keepalived' && checkedPorts(cluster, host).some((port) => !ALLOWED.has(port))
    ? [{ kind: 'boolean', name: CONNECT_ANY, value: 'on' }]
    : [];
}

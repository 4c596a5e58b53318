import type { Tunnel } from '../../../keepalived/model/check.ts';
import type { Destination, Service } from '../../../keepalived/ipvs/table.ts';

/** Whether two services with the same id have equal settings, apart from their destinations. */
export function equalServices(a: Omit<Service, 'destinations'>, b: Omit<Service, 'destinations'>): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.flags === b.flags &&
    a.timeout === b.timeout &&
    a.netmask === b.netmask &&
    a.persistenceEngine === b.persistenceEngine
  );
}

/**
 * Whether two destinations with the same address and port have equal settings. `local` equals any forwarding method, as
 * the kernel substitutes it for addresses of its own.
 */
export function equalDestinations(a: Destination, b: Destination): boolean {
  const local = a.forwarding === 'local' || b.forwarding === 'local';
  return (
    (local || (a.forwarding === b.forwarding && (a.forwarding !== 'TUN' || equalTunnels(a.tunnel, b.tunnel)))) &&
    a.weight === b.weight &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold
  );
}

/** The default tunnel type is ipip. */
function equalTunnels(a: Tunnel = IPIP, b: Tunnel = IPIP): boolean {
  const [left, right] = [a.type === 'gue' ? a.port : 0, b.type === 'gue' ? b.port : 0];
  return a.type === b.type && a.csum === b.csum && left === right;
}

const IPIP: Tunnel = { type: 'ipip', csum: 'none' };

import type { Tunnel } from '../../../keepalived/model-check.ts';
import type { Destination, Service } from '../../../keepalived/ipvs/table.ts';

/** Whether two services of one id are programmed alike, their destinations apart. */
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
 * Whether two destinations of one address and port are programmed alike. One that the kernel calls `local` is as it
 * was asked to be, whatever that was.
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

/** A tunnel that nothing was said of is ipip. */
function equalTunnels(a: Tunnel = IPIP, b: Tunnel = IPIP): boolean {
  const [left, right] = [a.type === 'gue' ? a.port : 0, b.type === 'gue' ? b.port : 0];
  return a.type === b.type && a.csum === b.csum && left === right;
}

const IPIP: Tunnel = { type: 'ipip', csum: 'none' };

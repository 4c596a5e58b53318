import type { Forwarding, Protocol, VirtualServer } from '../../../keepalived/model-check.ts';

/** Two virtual servers with the same key are the same one, whatever else changed between two files. */
export function virtualKey(virtual: VirtualServer): string {
  return `${virtual.protocol} ${targetText(virtual)}`;
}

/**
 * What tells the servers of one virtual server apart, the sorry server too. With direct routing and tunnels the kernel
 * takes the service's own port whatever the file says: two ports of one address are one place.
 */
export function placeKey(server: {
  readonly address: string;
  readonly port: number;
  readonly lb_kind: Forwarding;
}): string {
  return server.lb_kind === 'NAT' ? `${server.address} ${server.port}` : server.address;
}

/** As keepalived writes it into the notify FIFO: `[192.0.2.10]:tcp:80`, `FWM 5`, and `[name]:0` of a group. */
export function virtualName({ target, protocol }: VirtualServer): string {
  if (target.kind === 'group') return `[${target.group}]:0`;
  return target.kind === 'fwmark' ? `FWM ${target.fwmark}` : placeName(target, protocol);
}

/** As `[192.0.2.1]:tcp:80`; the protocol of a real server is its virtual server's. */
export function placeName(place: { readonly address: string; readonly port: number }, protocol: Protocol): string {
  return `[${place.address}]:${protocol.toLowerCase()}:${place.port}`;
}

function targetText({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark} ${target.family}`;
  return `${target.address}-${target.last ?? ''} ${target.port}`;
}

import type { ServiceId } from './table.ts';

/** An address and a port as one word: 192.168.168.12:80, [fd00::12]:80. */
export function nameOfPlace({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** How messages call a service: 192.168.168.12:80, 192.168.168.12:53/udp, fwmark 80, fwmark 80 ipv6. */
export function nameOfService(id: ServiceId): string {
  if (id.kind === 'fwmark') return `fwmark ${id.fwmark}${id.family === 'ipv6' ? ' ipv6' : ''}`;
  const place = nameOfPlace(id);
  return id.protocol === 'TCP' ? place : `${place}/${id.protocol.toLowerCase()}`;
}

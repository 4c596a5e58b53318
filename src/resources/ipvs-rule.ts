import { KERNEL } from '../forwarding/kernel.ts';
import { SERVICE_FLAGS } from '../keepalived/ipvs/flags.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import type { Destination, Service, ServiceId, Table } from '../keepalived/ipvs/table.ts';

/** A table as `ipvsadm -Sn` prints it, and `ipvsadm -R` reads it. */
export function savedRules(table: Table): string {
  const lines = table.flatMap((service) => [
    ['-A', ...serviceRule(service)],
    ...service.destinations.map((destination) => ['-a', ...destinationRule(service.id, destination)]),
  ]);
  return lines.map((words) => `${words.join(' ')}\n`).join('');
}

/** Arguments of ipvsadm(8) behind -A or -E. */
export function serviceRule(service: Service): readonly (string | number)[] {
  return [...selector(service.id), ...options(service)];
}

/** Arguments of ipvsadm(8) behind -a or -e. */
export function destinationRule(id: ServiceId, destination: Destination): readonly (string | number)[] {
  const settings = [...forwarding(destination), '-w', destination.weight, ...thresholds(destination)];
  return [...selector(id), '-r', nameOfPlace(destination), ...settings];
}

/** Arguments of ipvsadm(8) that name a service. */
export function selector(id: ServiceId): readonly (string | number)[] {
  if (id.kind === 'fwmark') return ['-f', id.fwmark, ...(id.family === 'ipv6' ? ['-6'] : [])];
  return [{ TCP: '-t', UDP: '-u', SCTP: '--sctp-service' }[id.protocol], nameOfPlace(id)];
}

function options(service: Service): readonly (string | number)[] {
  const { scheduler, timeout, flags, netmask, persistenceEngine } = service;
  const names = schedulerFlags(service);
  const full = isIpv6(service) ? 128 : 0xffffffff;
  return [
    '-s',
    scheduler,
    ...(timeout === 0 ? [] : ['-p', timeout]),
    ...(timeout === 0 || netmask === full ? [] : ['-M', isIpv6(service) ? netmask : dotted(netmask)]),
    ...(persistenceEngine === undefined ? [] : ['--pe', persistenceEngine]),
    ...(hasFlag(flags, SERVICE_FLAGS.ONEPACKET) ? ['-O'] : []),
    ...(names.length === 0 ? [] : ['-b', names.join(',')]),
  ];
}

function schedulerFlags({ flags }: Service): readonly string[] {
  return [
    ...(hasFlag(flags, SERVICE_FLAGS.SCHED1) ? ['flag-1'] : []),
    ...(hasFlag(flags, SERVICE_FLAGS.SCHED2) ? ['flag-2'] : []),
    ...(hasFlag(flags, SERVICE_FLAGS.SCHED3) ? ['flag-3'] : []),
  ];
}

export function hasFlag(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}

function forwarding({ forwarding: method, tunnel }: Destination): readonly (string | number)[] {
  const option = KERNEL[method === 'local' ? 'DR' : method].option;
  if (tunnel === undefined) return [option];
  const checksum = { none: '--tun-nocsum', csum: '--tun-csum', remcsum: '--tun-remcsum' }[tunnel.csum];
  return [option, '--tun-type', tunnel.type, ...(tunnel.type === 'gue' ? ['--tun-port', tunnel.port] : []), checksum];
}

function thresholds({ upperThreshold, lowerThreshold }: Destination): readonly (string | number)[] {
  return [
    ...(upperThreshold === 0 ? [] : ['-x', upperThreshold]),
    ...(lowerThreshold === 0 ? [] : ['-y', lowerThreshold]),
  ];
}

export function isIpv6({ id }: Service): boolean {
  return id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
}

/** 4294967040 → 255.255.255.0 */
export function dotted(netmask: number): string {
  return [24, 16, 8, 0].map((shift) => (netmask >>> shift) & 0xff).join('.');
}

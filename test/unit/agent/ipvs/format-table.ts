import { formatAddress } from '../../../../src/keepalived/text/address.ts';
import { u32be } from '../../../../src/agent/core/bytes/write.ts';
import { SERVICE_FLAGS } from '../../../../src/keepalived/ipvs/flags.ts';
import type { Destination, Service, ServiceId, Table } from '../../../../src/keepalived/ipvs/table.ts';

/**
 * Formats a table like `ipvsadm -Sn`, for `ipvsadm -R`; empty for an empty table. Unlike ipvsadm, it keeps the order of
 * the table and includes thresholds.
 */
export function formatTable(table: Table): string {
  return table
    .flatMap((service) => [
      serviceLine(service),
      ...service.destinations.map((one) => destinationLine(service.id, one)),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function serviceLine(service: Service): string {
  const words = ['-A', serviceWords(service.id), '-s', service.scheduler];
  const { flags, timeout, persistenceEngine } = service;
  if ((flags & SERVICE_FLAGS.PERSISTENT) !== 0) {
    words.push('-p', String(timeout), ...maskWords(service));
    if (persistenceEngine !== undefined) words.push('--pe', persistenceEngine);
  }
  if ((flags & SERVICE_FLAGS.ONEPACKET) !== 0) words.push('-o');
  const names = schedulerFlags(service);
  return (names.length > 0 ? [...words, '-b', names.join(',')] : words).join(' ');
}

function maskWords({ id, netmask }: Service): readonly string[] {
  const ipv6 = id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
  if (ipv6) return netmask === 128 ? [] : ['-M', String(netmask)];
  return netmask === 0xffffffff ? [] : ['-M', formatAddress(u32be(netmask))];
}

/** The source hashing and Maglev schedulers name their flags. */
function schedulerFlags({ flags, scheduler }: Service): readonly string[] {
  const named = scheduler === 'sh' || scheduler === 'mh';
  const names = [
    [SERVICE_FLAGS.SCHED1, named ? `${scheduler}-fallback` : 'flag-1'],
    [SERVICE_FLAGS.SCHED2, named ? `${scheduler}-port` : 'flag-2'],
    [SERVICE_FLAGS.SCHED3, 'flag-3'],
  ] as const;
  return names.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}

/** `local` cannot be requested: the kernel substitutes it for direct routing to an address of its own. */
const FORWARDING = { DR: '-g', TUN: '-i', NAT: '-m', local: '-g' } as const;

function destinationLine(id: ServiceId, destination: Destination): string {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const words = ['-a', serviceWords(id), '-r', endpoint(address, port), FORWARDING[forwarding], '-w', String(weight)];
  if (upperThreshold > 0) words.push('-x', String(upperThreshold));
  if (lowerThreshold > 0) words.push('-y', String(lowerThreshold));
  if (forwarding === 'TUN') {
    words.push('--tun-type', tunnel?.type ?? 'ipip');
    if (tunnel?.type === 'gue') words.push('--tun-port', String(tunnel.port));
    if (tunnel !== undefined && tunnel.csum !== 'none') words.push(`--tun-${tunnel.csum}`);
  }
  return words.join(' ');
}

function serviceWords(id: ServiceId): string {
  if (id.kind === 'fwmark') return `-f ${id.fwmark}${id.family === 'ipv6' ? ' -6' : ''}`;
  const option = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' }[id.protocol];
  return `${option} ${endpoint(id.address, id.port)}`;
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

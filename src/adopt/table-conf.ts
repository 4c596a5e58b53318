import { SERVICE_FLAGS } from '../keepalived/ipvs/flags.ts';
import type { Service, Table } from '../keepalived/ipvs/table.ts';
import { formatAddress } from '../keepalived/text/address.ts';
import { type Directive, textOf } from '../keepalived/write.ts';
import { tunnelWords } from './tunnels.ts';

/** The virtual servers of a kernel's table as a keepalived.conf, for directors that were set up with ipvsadm alone. */
export function confOfTable(table: Table): string {
  return textOf(table.map(virtualServer));
}

function virtualServer(service: Service): Directive {
  const { id, scheduler, timeout, netmask, flags, destinations } = service;
  const six = id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
  const [first] = destinations;
  const kind = first === undefined || first.forwarding === 'local' ? 'DR' : first.forwarding;
  return {
    keyword: 'virtual_server',
    words: id.kind === 'fwmark' ? ['fwmark', String(id.fwmark)] : [id.address, String(id.port)],
    block: [
      line('lb_algo', scheduler),
      line('lb_kind', kind, ...tunnelWords(first?.tunnel)),
      ...(id.kind === 'fwmark' ? (six ? [line('ip_family', 'inet6')] : []) : [line('protocol', id.protocol)]),
      ...(timeout > 0 ? [line('persistence_timeout', String(timeout))] : []),
      ...(granularity(netmask, six) ?? []),
      ...FLAG_WORDS.filter(([flag]) => (flags & flag) !== 0).map(([, word]) => line(word)),
      ...destinations.map(({ address, port, weight, upperThreshold, lowerThreshold }) => ({
        keyword: 'real_server',
        words: [address, String(port)],
        block: [
          line('weight', String(weight)),
          ...(upperThreshold > 0 ? [line('uthreshold', String(upperThreshold))] : []),
          ...(lowerThreshold > 0 ? [line('lthreshold', String(lowerThreshold))] : []),
        ],
      })),
    ],
  };
}

const FLAG_WORDS: readonly (readonly [number, string])[] = [
  [SERVICE_FLAGS.ONEPACKET, 'ops'],
  [SERVICE_FLAGS.SCHED1, 'flag-1'],
  [SERVICE_FLAGS.SCHED2, 'flag-2'],
  [SERVICE_FLAGS.SCHED3, 'flag-3'],
];

function granularity(netmask: number, six: boolean): readonly Directive[] | undefined {
  if (six) return netmask === 128 ? undefined : [line('persistence_granularity', String(netmask))];
  if (netmask === 0xffff_ffff) return undefined;
  const bytes = Uint8Array.from([24, 16, 8, 0], (shift) => Math.floor(netmask / 2 ** shift) % 256);
  return [line('persistence_granularity', formatAddress(bytes))];
}

function line(keyword: string, ...words: readonly string[]): Directive {
  return { keyword, words };
}

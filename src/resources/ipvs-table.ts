import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import type { ServiceId } from '../keepalived/ipvs/table.ts';
import { addressBytes, formatAddress } from '../keepalived/text/address.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/** A virtual service as the kernel prints it. */
export interface IpvsHave {
  readonly id: ServiceId;
  readonly scheduler: string;
  /** One-packet scheduling; undefined for IPv6, of which the kernel does not print it. */
  readonly ops: boolean | undefined;
  /** The time is in ticks of the kernel's timer: seconds times CONFIG_HZ, which no host prints. */
  readonly persistence: { readonly ticks: number; readonly netmask: number } | undefined;
  /** By address:port. */
  readonly destinations: ReadonlyMap<string, IpvsDestination>;
}

export interface IpvsDestination {
  readonly weight: number;
  /** Route, Masq, Tunnel, or Local when the destination is the host itself. */
  readonly forward: string;
  readonly active: number;
  readonly inactive: number;
}

/**
 * The table as /proc/net/ip_vs prints it (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show), by the name of the
 * service: addresses and ports in hexadecimal, destinations after an arrow. Flags of schedulers, thresholds and kinds
 * of tunnels are not in it.
 */
export function parseTable(output: string): ReadonlyMap<string, IpvsHave> {
  const table = new Map<string, IpvsHave>();
  let service: Omit<IpvsHave, 'destinations'> | undefined;
  let destinations = new Map<string, IpvsDestination>();
  const finish = (): void => {
    if (service === undefined) return;
    const id = withFamily(service.id, [...destinations.keys()]);
    table.set(nameOfService(id), { ...service, id, destinations });
  };
  for (const line of saneLines(output)) {
    const words = wordsOf(line);
    if (words[0] === '->') {
      const [, place = '', forward = '', weight, active, inactive] = words;
      const target = placeOf(place);
      if (target !== undefined)
        destinations.set(nameOfPlace(target), {
          weight: Number(weight),
          forward,
          active: Number(active),
          inactive: Number(inactive),
        });
      continue;
    }
    finish();
    service = serviceIn(words);
    destinations = new Map();
  }
  finish();
  return table;
}

function serviceIn([first = '', place = '', scheduler = '', ...flags]: readonly string[]) {
  const id = idOf(first, place);
  if (id === undefined) return undefined;
  const [ticks, netmask] = flags.slice(flags.indexOf('persistent') + 1);
  const ipv6 = id.kind === 'address' && id.address.includes(':');
  return {
    id,
    scheduler,
    ops: ipv6 ? undefined : flags.includes('ops'),
    persistence: flags.includes('persistent')
      ? { ticks: Number(ticks), netmask: Number.parseInt(netmask ?? '', 16) }
      : undefined,
  };
}

function idOf(first: string, place: string): ServiceId | undefined {
  if (first === 'FWM') return { kind: 'fwmark', family: 'ipv4', fwmark: Number.parseInt(place, 16) };
  if (first !== 'TCP' && first !== 'UDP' && first !== 'SCTP') return undefined;
  const at = placeOf(place);
  return at === undefined ? undefined : { kind: 'address', protocol: first, ...at };
}

/** The family of a mark is not printed; only a tunnel has destinations of the other one. */
function withFamily(id: ServiceId, destinations: readonly string[]): ServiceId {
  if (id.kind === 'address' || !destinations.some((place) => place.startsWith('['))) return id;
  return { ...id, family: 'ipv6' };
}

/** C0A8A80C:0050 → 192.168.168.12 80, [fd00:0000:0000:0000:0000:0000:0000:0012]:0050 → fd00::12 80 */
export function placeOf(text: string): { readonly address: string; readonly port: number } | undefined {
  const [, ipv6, ipv4, port = ''] = /^(?:\[([0-9a-f:]{39})\]|([0-9A-F]{8})):([0-9A-F]{4})$/.exec(text) ?? [];
  const digits = ipv4 ?? ipv6?.replaceAll(':', '');
  if (digits === undefined) return undefined;
  const bytes = (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return { address: formatAddress(Uint8Array.from(bytes)), port: Number.parseInt(port, 16) };
}

/** An address as the kernel prints it in its list of connections: C0A8A80C, fd00:0000:0000:0000:0000:0000:0000:0012. */
export function hexAddress(address: string): string {
  const pairs = [...addressBytes(address)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return address.includes(':') ? (pairs.match(/.{4}/g) ?? []).join(':') : pairs.toUpperCase();
}

/** A port as the kernel prints it, 0050 for 80. */
export function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** CONFIG_HZ of Linux kernels (kernel/Kconfig.hz, arch/um/Kconfig), the commonest of distributions first. */
const TICKS_PER_SECOND: readonly number[] = [250, 1000, 100, 300];

/**
 * Seconds of a time that the kernel prints in ticks. Its CONFIG_HZ is unknown, so the wanted time is taken where it can
 * be that, and otherwise the first that gives whole seconds.
 */
export function secondsOf(ticks: number, wanted?: number): number {
  const possible = TICKS_PER_SECOND.map((hz) => ticks / hz);
  if (wanted !== undefined && possible.includes(wanted)) return wanted;
  return possible.find((seconds) => Number.isInteger(seconds)) ?? Math.round(ticks / 1000);
}

import { canonicalAddress } from '../text/address.ts';
import { addressBytes } from '../text/address.ts';
import type { Forwarding, Protocol, Tunnel } from '../model/check.ts';
import { SERVICE_FLAGS } from './flags.ts';
import { serviceKey } from './key.ts';
import type { Destination, Service, ServiceId, Table } from './table.ts';

/** A line of a saved table that is not understood. */
export interface SavedMistake {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Of a text; a table of a kernel is smaller. */
const MOST_LINES = 100_000;

/** Reads what `ipvsadm -Sn` prints (ipvsadm(8), `--save`): rules of `-A` and `-a`, one a line. It never throws. */
export function readSavedTable(text: string): { readonly table: Table; readonly mistakes: readonly SavedMistake[] } {
  const services = new Map<string, Service & { readonly destinations: Destination[] }>();
  const mistakes: SavedMistake[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.slice(0, MOST_LINES).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#') === true) continue;
    const wrong = (text: string): void => void mistakes.push({ line: index + 1, text });
    const options = optionsOf(words.slice(1));
    const id = options === undefined ? undefined : serviceIdOf(options);
    if (options === undefined || id === undefined || !isNamed(options)) wrong('This is no service of a saved table.');
    else if (words[0] === '-A' || words[0] === '--add-service') {
      if (services.has(serviceKey(id))) wrong('This service is in the table already.');
      else services.set(serviceKey(id), { ...serviceOf(id, options), destinations: [] });
    } else if (words[0] === '-a' || words[0] === '--add-server') {
      const destination = destinationOf(options);
      const service = services.get(serviceKey(id));
      if (service === undefined) wrong('The service of this destination is not in the table above it.');
      else if (destination === undefined) wrong('This is no destination of a saved table.');
      else service.destinations.push(destination);
    } else wrong('A saved table has -A and -a alone.');
  }
  if (lines.length > MOST_LINES) mistakes.push({ line: MOST_LINES, text: 'The table is longer than can be read.' });
  return { table: [...services.values()], mistakes };
}

type Options = ReadonlyMap<string, string>;

/** Schedulers and persistence engines are modules of the kernel. */
function isNamed(options: Options): boolean {
  return [options.get('-s'), options.get('--pe')].every((name) => name === undefined || /^[a-z0-9_]{1,15}$/.test(name));
}

/** Long options by their short ones; the value is the option's own name where it has none. */
const SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    '--tcp-service': '-t',
    '--udp-service': '-u',
    '--fwmark-service': '-f',
    '--scheduler': '-s',
    '--persistent': '-p',
    '--netmask': '-M',
    '--real-server': '-r',
    '--gatewaying': '-g',
    '--ipip': '-i',
    '--masquerading': '-m',
    '--weight': '-w',
    '--u-threshold': '-x',
    '--l-threshold': '-y',
    '--ops': '-O',
    '--ipv6': '-6',
    '--sched-flags': '-b',
  }),
);
const BARE = new Set(['-g', '-i', '-m', '-o', '-O', '-6']);

function optionsOf(words: readonly string[]): Options | undefined {
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const name = SHORT.get(word) ?? word;
    if (!name.startsWith('-')) return undefined;
    const next = words[index + 1];
    const alone = BARE.has(name) || next === undefined || (next.startsWith('-') && next.length > 1);
    options.set(name, alone ? '' : next);
    if (!alone) index += 1;
  }
  return options;
}

function serviceIdOf(options: Options): ServiceId | undefined {
  for (const [option, protocol] of PROTOCOLS) {
    const text = options.get(option);
    if (text === undefined) continue;
    const place = placeOf(text);
    return place === undefined ? undefined : { kind: 'address', protocol, ...place };
  }
  const mark = options.get('-f') ?? '';
  if (!/^[1-9]\d{0,9}$/.test(mark)) return undefined;
  return { kind: 'fwmark', fwmark: Number(mark), family: options.has('-6') ? 'ipv6' : 'ipv4' };
}

const PROTOCOLS: readonly (readonly [string, Protocol])[] = [
  ['-t', 'TCP'],
  ['-u', 'UDP'],
  ['--sctp-service', 'SCTP'],
];

/** `192.0.2.1:80` or `[2001:db8::1]:80`. */
function placeOf(text: string): { readonly address: string; readonly port: number } | undefined {
  const { six, four, port } =
    /^(?:\[(?<six>[^\]]+)\]|(?<four>[0-9.]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
  const address = canonicalAddress(six ?? four ?? '');
  return address === undefined || Number(port ?? 0) > 65_535 ? undefined : { address, port: Number(port ?? 0) };
}

/** ipvsadm(8): persistence is 300 seconds where a rule names none. */
const DEFAULT_PERSISTENCE = 300;

const FLAGS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    'flag-1': SERVICE_FLAGS.SCHED1,
    'flag-2': SERVICE_FLAGS.SCHED2,
    'flag-3': SERVICE_FLAGS.SCHED3,
    'sh-fallback': SERVICE_FLAGS.SCHED1,
    'sh-port': SERVICE_FLAGS.SCHED2,
    'mh-fallback': SERVICE_FLAGS.SCHED1,
    'mh-port': SERVICE_FLAGS.SCHED2,
  }),
);

function serviceOf(id: ServiceId, options: Options): Omit<Service, 'destinations'> {
  const persistent = options.get('-p');
  const timeout = persistent === undefined ? 0 : persistent === '' ? DEFAULT_PERSISTENCE : Number(persistent);
  const named = (options.get('-b') ?? '').split(',').reduce((flags, name) => flags | (FLAGS.get(name) ?? 0), 0);
  const six = id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
  const mask = options.get('-M');
  return {
    id,
    scheduler: options.get('-s') ?? 'wlc',
    flags:
      named |
      (options.has('-o') || options.has('-O') ? SERVICE_FLAGS.ONEPACKET : 0) |
      (timeout > 0 ? SERVICE_FLAGS.PERSISTENT : 0),
    timeout: Number.isSafeInteger(timeout) ? timeout : 0,
    netmask: six ? Number(mask ?? 128) : maskOf(mask),
    persistenceEngine: options.get('--pe'),
  };
}

function maskOf(text: string | undefined): number {
  const canonical = text === undefined ? undefined : canonicalAddress(text);
  if (canonical === undefined || canonical.includes(':')) return 0xffff_ffff;
  return addressBytes(canonical).reduce((mask, byte) => mask * 256 + byte, 0);
}

function destinationOf(options: Options): Destination | undefined {
  const place = placeOf(options.get('-r') ?? '');
  if (place === undefined) return undefined;
  const forwarding: Forwarding = options.has('-m') ? 'NAT' : options.has('-i') ? 'TUN' : 'DR';
  const number = (name: string, otherwise: number): number => {
    const value = Number(options.get(name) ?? otherwise);
    return Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
  };
  return {
    ...place,
    forwarding,
    weight: number('-w', 1),
    upperThreshold: number('-x', 0),
    lowerThreshold: number('-y', 0),
    tunnel: forwarding === 'TUN' ? tunnelOf(options) : undefined,
  };
}

function tunnelOf(options: Options): Tunnel | undefined {
  const type = options.get('--tun-type');
  const csum = options.has('--tun-csum') ? 'csum' : options.has('--tun-remcsum') ? 'remcsum' : 'none';
  if (type === 'gue') return { type, port: Number(options.get('--tun-port') ?? 6080), csum };
  return type === 'gre' ? { type, csum: csum === 'remcsum' ? 'none' : csum } : undefined;
}

import { type Command, lines, sh } from '../remote/command.ts';
import { PLATFORMS } from '../resources/platforms/platform.ts';
import { LISTENING_PROBE, type Listener, parseListeners } from './listeners.ts';
import type { Sections } from './sections.ts';

/** An address on an interface of a host. */
export interface HeldAddress {
  readonly device: string;
  readonly address: string;
  readonly prefix: number;
}

/** What a host is, apart from the things that lvsctl keeps on it. */
export interface Facts {
  /** PRETTY_NAME of os-release(5) */
  readonly os: string;
  readonly kernel: string;
  /** id of the platform; undefined when lvsctl knows none that fits */
  readonly platform: string | undefined;
  readonly systemd: boolean;
  readonly addresses: readonly HeldAddress[];
  /** MAC address by interface */
  readonly macs: ReadonlyMap<string, string>;
  /** arp_ignore and arp_announce by interface, `all` among them */
  readonly arp: ReadonlyMap<string, { readonly ignore: number; readonly announce: number }>;
  /** TCP ports that something listens on for other hosts, over IPv4 */
  readonly listening: ReadonlySet<number>;
  /** Where something listens over IPv4; 0.0.0.0 is every address */
  readonly listeners: readonly Listener[];
  /** The state keepalived last entered, asked of its journal when this host holds a virtual address outside lo. */
  readonly vrrpState: 'MASTER' | 'BACKUP' | 'FAULT' | undefined;
}

/** Parts of the observing script whose output `parseFacts` reads, beside that of the address resource. */
export function factsProbes(virtualAddresses: readonly string[]): readonly (readonly [string, Command])[] {
  const platforms = PLATFORMS.map((platform) => sh`if ${platform.detect}; then echo ${`platform ${platform.id}`}; fi`);
  return [
    [
      'facts',
      sh`while IFS= read -r line; do case $line in PRETTY_NAME=*) printf '%s\\n' "$line" ;; esac; done < /etc/os-release
read -r kernel < /proc/sys/kernel/osrelease && echo "kernel $kernel"
[ -d /run/systemd/system ] && echo systemd
${lines(platforms)}`,
    ],
    ['links', sh`ip -o link show`],
    // `read` of the shell will not do for an integer parameter: see the sysctl resource.
    ['arp', sh`grep -s . /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_announce`],
    ['listening', LISTENING_PROBE],
    ['vrrp', virtualAddresses.length === 0 ? sh`:` : stateProbe(virtualAddresses)],
  ];
}

/** Asks the journal only where a virtual address is held outside lo: on one director, when all is well. */
function stateProbe(virtualAddresses: readonly string[]): Command {
  return sh`held=$(ip -o -4 addr show)
for a in ${virtualAddresses}; do
case $held in *" inet $a/"*)
journalctl -u keepalived -b -o cat --no-pager -r -g 'Entering (MASTER|BACKUP|FAULT) STATE' -n 1
break ;;
esac
done`;
}

/** Reads what the probes and the address resource printed. Lines that make no sense are passed over. */
export function parseFacts(sections: Sections): Facts {
  const of = (name: string): string => sections.get(name) ?? '';
  const listeners = parseListeners(of('listening'));
  const state = /Entering (MASTER|BACKUP|FAULT) STATE/.exec(of('vrrp'))?.[1];
  return {
    os: /^PRETTY_NAME=["']?(.*?)["']?$/m.exec(of('facts'))?.[1] ?? 'an unknown system',
    kernel: /^kernel (.*)$/m.exec(of('facts'))?.[1] ?? 'unknown',
    platform: /^platform (.*)$/m.exec(of('facts'))?.[1],
    systemd: /^systemd$/m.test(of('facts')),
    addresses: parseAddresses(of('address')),
    macs: new Map(
      [...of('links').matchAll(/^\d+: ([^:@]+)[^:]*:.*link\/\S+ ([0-9a-f:]{17})/gm)].map(
        ([, device = '', mac = '']): [string, string] => [device, mac],
      ),
    ),
    arp: parseArp(of('arp')),
    listening: new Set(listeners.filter(({ address }) => !address.startsWith('127.')).map(({ port }) => port)),
    listeners,
    vrrpState: state as Facts['vrrpState'],
  };
}

function parseArp(text: string): Facts['arp'] {
  const found = new Map<string, { ignore: number; announce: number }>();
  for (const [, device = '', name, value] of text.matchAll(/conf\/([^/]+)\/arp_(ignore|announce):(\d+)/g)) {
    const one = found.get(device) ?? { ignore: 0, announce: 0 };
    found.set(device, { ...one, [name === 'ignore' ? 'ignore' : 'announce']: Number(value) });
  }
  return found;
}

function parseAddresses(text: string): readonly HeldAddress[] {
  return text.split('\n').flatMap((line) => {
    const [, device, family, held = ''] = line.trim().split(/\s+/);
    const [address = '', prefix = ''] = held.split('/');
    return device === undefined || family === undefined || address === ''
      ? []
      : [{ device, address, prefix: Number(prefix) }];
  });
}

/** The interface that holds an address; undefined when the host does not have it. */
export function interfaceOf(facts: Facts, address: string): string | undefined {
  return facts.addresses.find((held) => held.address === address)?.device;
}

import { type Command, sh } from '../remote/command.ts';
import { PLATFORMS } from '../resources/platforms/platform.ts';
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
  /** TCP ports that something listens on, on any address */
  readonly listening: ReadonlySet<number>;
  /** The state keepalived last entered, asked of its journal when this host holds a virtual address outside lo. */
  readonly vrrpState: 'MASTER' | 'BACKUP' | 'FAULT' | undefined;
}

/** Prints what `parseFacts` reads. The addresses are printed by the address resource, and read from its section. */
export function factsProbe(virtualAddresses: readonly string[]): Command {
  const platforms = PLATFORMS.map((platform) => sh`if ${platform.detect}; then echo ${`platform ${platform.id}`}; fi`);
  return sh`while IFS= read -r line; do case $line in PRETTY_NAME=*) echo "os $line";; esac; done < /etc/os-release
read -r kernel < /proc/sys/kernel/osrelease && echo "kernel $kernel"
[ -d /run/systemd/system ] && echo systemd
${platforms.reduce(
  (all, one) => sh`${all}
${one}`,
)}
for d in /sys/class/net/*; do [ -r "$d/address" ] && read -r mac < "$d/address" && echo "mac \${d##*/} $mac"; done
ss -Hltn | while read -r _ _ _ at _; do echo "listen \${at##*:}"; done
for a in ${virtualAddresses}; do
case $(ip -o -4 addr show to "$a") in
''|*' lo '*) ;;
*) journalctl -u keepalived -b -o cat --no-pager -r -g 'Entering (MASTER|BACKUP|FAULT) STATE' -n 1 2>/dev/null | while read -r line; do echo "vrrp $line"; done
break ;;
esac
done`;
}

/** Reads what `factsProbe` and the address resource printed. Lines that make no sense are passed over. */
export function parseFacts(sections: Sections): Facts {
  const text = sections.get('facts') ?? '';
  const rest = (word: string): readonly string[] =>
    text.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const state = /Entering (MASTER|BACKUP|FAULT) STATE/.exec(rest('vrrp')[0] ?? '')?.[1];
  return {
    os: (rest('os')[0] ?? 'PRETTY_NAME=unknown').replace(/^PRETTY_NAME=/, '').replaceAll(/^["']|["']$/g, ''),
    kernel: rest('kernel')[0] ?? 'unknown',
    platform: rest('platform')[0],
    systemd: text.split('\n').includes('systemd'),
    addresses: parseAddresses(sections.get('address') ?? ''),
    macs: new Map(rest('mac').map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? ''])),
    listening: new Set(rest('listen').map(Number)),
    vrrpState: state as Facts['vrrpState'],
  };
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

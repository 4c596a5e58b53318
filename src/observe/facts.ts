import { type Command, lines, sh } from '../remote/command.ts';
import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import type { PackageSource } from '../platforms/package-manager.ts';
import { PACKAGE_MANAGERS, nameIn } from '../platforms/package-managers.ts';
import { type VrrpState, parseAgentStatus } from './agent-status.ts';
import {
  type EngineReport,
  engineReportProbes,
  candidateVersionIn,
  keepalivedVersionIn,
  lastState,
  parseEngineReport,
  stateInJournal,
} from './engine-report.ts';
import { type FaultFacts, faultsProbe, parseFaults } from './fault-facts.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import { LISTENING_PROBE, type Listener, parseListeners } from './listeners.ts';
import type { Sections } from './sections.ts';

/** An address on an interface of a host. */
export interface HeldAddress {
  readonly device: string;
  readonly address: string;
  readonly prefix: number;
}

/** Facts about a host, apart from its resources. */
export interface Facts {
  /** PRETTY_NAME of os-release(5) */
  readonly os: string;
  readonly kernel: string;
  /** ID of the package manager; undefined when none is supported */
  readonly platform: string | undefined;
  /** ID of the init system; undefined when none is supported */
  readonly initSystem: string | undefined;
  readonly addresses: readonly HeldAddress[];
  /** MAC address by interface */
  readonly macs: ReadonlyMap<string, string>;
  /** arp_ignore and arp_announce by interface, `all` among them */
  readonly arp: ReadonlyMap<string, { readonly ignore: number; readonly announce: number }>;
  /** TCP ports that something listens on for other hosts, over IPv4 */
  readonly listening: ReadonlySet<number>;
  /** IPv4 listeners; 0.0.0.0 stands for all addresses. */
  readonly listeners: readonly Listener[];
  /**
   * The VRRP state of a host that holds a virtual address outside lo: the last state in keepalived's
   * journal, or the status of the agent.
   */
  readonly vrrpState: VrrpState | undefined;
  /** As printed by `uname -m`; directors only. */
  readonly machine: string | undefined;
  /** `installed`, or the source that has keepalived; undefined when not observed or unknown. */
  readonly keepalivedFrom: 'installed' | PackageSource | undefined;
  /** Version of the installed keepalived or, without one, of the package in `keepalivedFrom`, as in `2.2.7`. */
  readonly keepalivedVersion: string | undefined;
  /** Undefined when not observed. */
  readonly engines: EngineReport | undefined;
  /** Undefined when not observed. */
  readonly faults: FaultFacts | undefined;
}

/** Facts of directors only. */
export interface DirectorQuestions {
  /** The state of VRRP is asked where one of them is held outside lo. */
  readonly virtualAddresses: readonly string[];
  /** The folder that is searched first for a keepalived package. */
  readonly keepalivedFrom: { readonly localMount: string | undefined } | undefined;
}

/** Optional facts to observe; the others are observed on every host. */
export interface Questions {
  readonly director?: DirectorQuestions;
  /** Reports of the engines of a director. */
  readonly engines?: true;
  /** Facts that faults depend on; `port` is that of the web server to stop. */
  readonly faults?: { readonly port: number | undefined };
}

/** Parts of the observing script whose output `parseFacts` reads, beside that of the address resource. */
export function factsProbes({ director, engines, faults }: Questions): readonly (readonly [string, Command])[] {
  const platforms = PACKAGE_MANAGERS.map(
    (platform) => sh`if ${platform.detect}; then echo ${`platform ${platform.id}`}; fi`,
  );
  return [
    [
      'facts',
      sh`while IFS= read -r line; do case $line in PRETTY_NAME=*) printf '%s\\n' "$line" ;; esac; done < /etc/os-release
read -r kernel < /proc/sys/kernel/osrelease && echo "kernel $kernel"
${lines(INIT_SYSTEMS.map(({ detect, id }) => sh`${detect} && echo ${id}`))}
${lines(platforms)}`,
    ],
    ['links', sh`ip -o link show`],
    // The shell builtin `read` cannot read integer parameters: see the sysctl resource.
    ['arp', sh`grep -s . /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_announce`],
    ['listening', LISTENING_PROBE],
    ['vrrp', director === undefined ? sh`:` : stateProbe(director.virtualAddresses)],
    ['engine', director === undefined ? sh`:` : engineProbe(director)],
    ...(engines === undefined ? [] : engineReportProbes()),
    ...(faults === undefined ? [] : [['faults', faultsProbe(faults.port)] as const]),
  ];
}

/** Reads the journal only where a virtual address is held outside lo, normally on one director. */
function stateProbe(virtualAddresses: readonly string[]): Command {
  return sh`held=$(ip -o -4 addr show)
for a in ${virtualAddresses}; do
case $held in *" inet $a/"*)
[ -S /run/lvs-agent/status.sock ] && lvs-agent status && break
${lastState}
break ;;
esac
done`;
}

/** Queries the package manager only without keepalived and when the answer matters, because it is slow. */
function engineProbe({ keepalivedFrom }: DirectorQuestions): Command {
  const branches = PACKAGE_MANAGERS.map(
    (platform) => sh`elif ${platform.detect}; then
${platform.source(nameIn(platform, 'keepalived'), keepalivedFrom?.localMount)}
`,
  );
  const asked = keepalivedFrom === undefined ? sh`` : lines(branches);
  return sh`echo "machine $(uname -m)"
if command -v keepalived >/dev/null; then
echo installed
keepalived --version 2>&1
${asked}fi`;
}

const SOURCES = ['installed', 'mount', 'candidate', 'unread', 'none'] as const;

/** Parses the output of the probes and of the address resource. Malformed lines are ignored. */
export function parseFacts(sections: Sections): Facts {
  const of = (name: string): string => sections.get(name) ?? '';
  const listeners = parseListeners(of('listening'));
  const engine = saneLines(of('engine'));
  const facts = saneLines(of('facts'));
  const after = (prefix: string): string | undefined =>
    facts.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  return {
    os: unquoted(after('PRETTY_NAME=')) ?? 'an unknown system',
    kernel: after('kernel ') ?? 'unknown',
    platform: after('platform '),
    initSystem: INIT_SYSTEMS.find(({ id }) => facts.includes(id))?.id,
    addresses: parseAddresses(of('address')),
    macs: new Map(saneLines(of('links')).flatMap(parseLink)),
    arp: parseArp(of('arp')),
    listening: new Set(listeners.filter(({ address }) => !address.startsWith('127.')).map(({ port }) => port)),
    listeners,
    vrrpState: stateInJournal(of('vrrp')) ?? parseAgentStatus(of('vrrp'))?.state,
    machine: engine.find((line) => line.startsWith('machine '))?.slice('machine '.length),
    keepalivedFrom: SOURCES.find((source) => engine.includes(source)),
    keepalivedVersion: keepalivedVersionIn(of('engine')) ?? candidateVersionIn(engine),
    engines: parseEngineReport(sections),
    faults: parseFaults(sections.get('faults')),
  };
}

/** A value of os-release(5). */
function unquoted(value: string | undefined): string | undefined {
  return value?.replace(/^["']/, '').replace(/["']$/, '');
}

/** `2: eth0@if5: <UP> mtu 1500 …\    link/ether 02:00:c0:a8:a8:64 brd …`: the interface and its MAC address. */
function parseLink(line: string): readonly (readonly [string, string])[] {
  const words = wordsOf(line);
  const [number = '', name = ''] = words;
  const mac = words[words.findIndex((word) => /^\\?link\//.test(word)) + 1] ?? '';
  const device = name.split(/[@:]/, 1)[0] ?? '';
  return /^\d+:$/.test(number) && device !== '' && /^[0-9a-f:]{17}$/.test(mac) ? [[device, mac]] : [];
}

/** `/proc/sys/net/ipv4/conf/eth0/arp_ignore:1` */
function parseArp(text: string): Facts['arp'] {
  const found = new Map<string, { ignore: number; announce: number }>();
  for (const line of saneLines(text)) {
    const colon = line.lastIndexOf(':');
    const [device, name] = line.slice(0, colon).split('/').slice(-2);
    const value = line.slice(colon + 1);
    if (device === undefined || (name !== 'arp_ignore' && name !== 'arp_announce') || !/^\d+$/.test(value)) continue;
    const one = found.get(device) ?? { ignore: 0, announce: 0 };
    found.set(device, { ...one, [name === 'arp_ignore' ? 'ignore' : 'announce']: Number(value) });
  }
  return found;
}

function parseAddresses(text: string): readonly HeldAddress[] {
  return saneLines(text).flatMap((line) => {
    const [, device, family, held = ''] = wordsOf(line);
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

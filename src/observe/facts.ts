import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import type { PackageFolder, PackageSource } from '../platforms/package-manager.ts';
import { nameIn } from '../platforms/package-managers.ts';
import { ALL_PLATFORMS, type Platforms } from '../platforms/platforms.ts';
import { RELEASE_PROBE, type Release, parseRelease } from '../platforms/release.ts';
import { type VrrpState, type VrrpStates, parseAgentStatus } from './agent-status.ts';
import {
  type EngineReport,
  engineReportProbes,
  candidateVersionIn,
  keepalivedVersionIn,
  lastStates,
  parseEngineReport,
  statesInJournal,
} from './engine-report.ts';
import { type FaultFacts, faultsProbe, parseFaults, type WebListener } from './fault-facts.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { NamedScripts } from '../render/named-scripts.ts';
import type { DefaultRoute, DeviceConf, Routing } from '../forwarding/view.ts';
import type { FolderLimits } from '../resources/resource.ts';
import { parseRouting, routingProbe } from './routing.ts';
import { type ScriptFacts, parseScripts, scriptsProbe } from './script-facts.ts';
import { FIREWALL_PROBE, type Firewall, parseFirewall } from './firewall.ts';
import { parseLink, parseMtu } from './links.ts';
import { type HostSettings, SETTINGS_PROBE, parseSettings } from './host-settings.ts';
import { LISTENING_PROBE, type Listener, parseListeners } from './listeners.ts';
import { foldersProbe, parseFolders } from './folder-limits.ts';
import { MANAGERS_PROBE, type ManagedLink, parseManagers } from './network-managers.ts';
import { type LaterSysctl, SYSCTL_FILES_PROBE, parseLaterSysctls } from './sysctl-files.ts';
import { type Origin, READ_ORIGIN, parseOrigin } from './origin.ts';
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
  /** bytes, by interface */
  readonly mtu: ReadonlyMap<string, number>;
  /** Parameters of net.ipv4.conf by interface, `all` among them. */
  readonly conf: ReadonlyMap<string, DeviceConf>;
  /** Whether it forwards packets of other hosts, by family. */
  readonly forwards: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** Undefined when not observed. */
  readonly routing: Routing | undefined;
  /** Interfaces with a network manager. */
  readonly managers: readonly ManagedLink[];
  /** Parameters that files set after the one of lvsctl. */
  readonly laterSysctls: readonly LaterSysctl[];
  readonly settings: HostSettings;
  /** Of the folders that were asked for. */
  readonly folders: FolderLimits;
  /** Undefined without rules, or when not observed. */
  readonly firewall: Firewall | undefined;
  /** TCP ports that something listens on for other hosts, over IPv4 */
  readonly listening: ReadonlySet<number>;
  /** 0.0.0.0 and :: stand for all addresses of their family. */
  readonly listeners: readonly Listener[];
  /**
   * The VRRP state of a host that holds a virtual address outside lo: the last state in keepalived's
   * journal, or the status of the agent.
   */
  readonly vrrpState: VrrpState | undefined;
  /** The same for each instance, the latest first; empty for a host that holds no virtual address. */
  readonly vrrpStates: VrrpStates;
  /** As printed by `uname -m`; directors only. */
  readonly machine: string | undefined;
  /** `installed`, or the source that has keepalived; undefined when not observed or unknown. */
  readonly keepalivedFrom: 'installed' | PackageSource | undefined;
  /** Version of the installed keepalived or, without one, of the package in `keepalivedFrom`, as in `2.2.7`. */
  readonly keepalivedVersion: string | undefined;
  /** Of directors with scripts in keepalived.conf. */
  readonly scripts: ScriptFacts | undefined;
  /** The release of the distribution; undefined when not observed or not named. */
  readonly release: Release | undefined;
  /** Undefined when not observed. */
  readonly engines: EngineReport | undefined;
  /** Undefined when not observed. */
  readonly faults: FaultFacts | undefined;
  /** Of before lvsctl; undefined without a record, or when not observed. */
  readonly origin: Origin | undefined;
}

/** Facts of directors only. */
export interface DirectorQuestions {
  /** The state of VRRP is asked where one of them is held outside lo. */
  readonly virtualAddresses: readonly string[];
  /** Number of VRRP instances. */
  readonly instances: number;
  /** The folder that is searched first for a keepalived package. */
  readonly keepalivedFrom: { readonly localMount: PackageFolder | undefined } | undefined;
  readonly scripts?: NamedScripts | undefined;
}

/** Optional facts to observe; the others are observed on every host. */
export interface Questions {
  readonly director?: DirectorQuestions;
  /** Default routes and rules of policy routing, of these families. */
  readonly routing?: readonly DefaultRoute['family'][];
  readonly firewall?: true;
  /** Folders that a deploy may write to. */
  readonly folders?: readonly string[];
  /** Which packages of a bundle fit. */
  readonly release?: true;
  /** Reports of the engines of a director, which has so many VRRP instances. */
  readonly engines?: { readonly instances: number };
  /** Facts that faults depend on; `listener` is the web server to stop. */
  readonly faults?: { readonly listener: WebListener | undefined };
  /** The record of the state before lvsctl. */
  readonly origin?: true;
}

/**
 * Parts of the observing script whose output `parseFacts` reads, beside that of the address resource.
 * @param platforms those that the host may have
 */
export function factsProbes(
  { director, routing, firewall, folders = [], release, engines, faults, origin }: Questions,
  platforms: Platforms = ALL_PLATFORMS,
): readonly (readonly [string, Command])[] {
  const { packageManagers, initSystems } = platforms;
  const managers = packageManagers.map(
    (platform) => sh`if ${platform.detect}; then echo ${`platform ${platform.id}`}; fi`,
  );
  return [
    [
      'facts',
      sh`while IFS= read -r line; do case $line in PRETTY_NAME=*) printf '%s\\n' "$line" ;; esac; done < /etc/os-release
read -r kernel < /proc/sys/kernel/osrelease && echo "kernel $kernel"
${lines(initSystems.map(({ detect, id }) => sh`${detect} && echo ${id}`))}
${lines(managers)}`,
    ],
    ['links', sh`ip -o link show`],
    // The shell builtin `read` cannot read integer parameters: see the sysctl resource.
    [
      'conf',
      sh`c=/proc/sys/net/ipv4/conf
grep -s . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding "$c"/*/arp_ignore "$c"/*/arp_announce "$c"/*/rp_filter "$c"/*/proxy_arp "$c"/*/send_redirects`,
    ],
    ['routing', routing === undefined ? NOTHING : routingProbe(routing)],
    ['managers', MANAGERS_PROBE],
    ['sysctl-files', SYSCTL_FILES_PROBE],
    ['settings', SETTINGS_PROBE],
    ['folders', foldersProbe(folders)],
    ['ruleset', firewall === undefined ? NOTHING : FIREWALL_PROBE],
    ['listening', LISTENING_PROBE],
    ['vrrp', director === undefined ? NOTHING : stateProbe(director, initSystems)],
    ['engine', director === undefined ? NOTHING : engineProbe(director, packageManagers)],
    ...(director?.scripts === undefined ? [] : [['scripts', scriptsProbe(director.scripts)] as const]),
    ...(release === undefined ? [] : [['release', RELEASE_PROBE] as const]),
    ...(engines === undefined ? [] : engineReportProbes(engines.instances, initSystems)),
    ...(faults === undefined ? [] : [['faults', faultsProbe(faults.listener, initSystems)] as const]),
    ...(origin === undefined ? [] : [['origin', READ_ORIGIN] as const]),
  ];
}

/** Reads the journal only where a virtual address is held outside lo, normally on one director. */
function stateProbe(
  { virtualAddresses, instances }: DirectorQuestions,
  initSystems: Platforms['initSystems'],
): Command {
  return sh`held=$(ip -o addr show)
for a in ${virtualAddresses}; do
case $held in *" inet $a/"* | *" inet6 $a/"*)
[ -S /run/lvs-agent/status.sock ] && lvs-agent status && break
${lastStates(instances, initSystems)}
break ;;
esac
done`;
}

/** Queries the package manager only without keepalived and when the answer matters, because it is slow. */
function engineProbe({ keepalivedFrom }: DirectorQuestions, packageManagers: Platforms['packageManagers']): Command {
  const branches = packageManagers.map(
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
  const vrrpStates = statesIn(of('vrrp'));
  const after = (prefix: string): string | undefined =>
    facts.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const initSystem = INIT_SYSTEMS.find(({ id }) => facts.includes(id))?.id;
  return {
    os: unquoted(after('PRETTY_NAME=')) ?? 'an unknown system',
    kernel: after('kernel ') ?? 'unknown',
    platform: after('platform '),
    initSystem,
    addresses: parseAddresses(of('address')),
    macs: new Map(saneLines(of('links')).flatMap(parseLink)),
    mtu: new Map(saneLines(of('links')).flatMap(parseMtu)),
    conf: parseConf(of('conf')),
    forwards: {
      ipv4: /^\/proc\/sys\/net\/ipv4\/ip_forward:1$/m.test(of('conf')),
      ipv6: /^\/proc\/sys\/net\/ipv6\/conf\/all\/forwarding:1$/m.test(of('conf')),
    },
    routing: parseRouting(of('routing')),
    managers: parseManagers(of('managers'), of('links')),
    laterSysctls: parseLaterSysctls(of('sysctl-files'), initSystem),
    settings: parseSettings(of('settings')),
    folders: parseFolders(of('folders')),
    firewall: parseFirewall(of('ruleset')),
    listening: new Set(listeners.filter(({ address }) => isReachable(address)).map(({ port }) => port)),
    listeners,
    vrrpState: [...vrrpStates.values()][0],
    vrrpStates,
    machine: engine.find((line) => line.startsWith('machine '))?.slice('machine '.length),
    keepalivedFrom: SOURCES.find((source) => engine.includes(source)),
    keepalivedVersion: keepalivedVersionIn(of('engine')) ?? candidateVersionIn(engine),
    scripts: parseScripts(of('scripts')),
    release: parseRelease(of('release')),
    engines: parseEngineReport(sections),
    faults: parseFaults(sections.get('faults')),
    origin: parseOrigin(of('origin')),
  };
}

function statesIn(text: string): VrrpStates {
  return parseAgentStatus(text)?.states ?? statesInJournal(text);
}

/** A value of os-release(5). */
function unquoted(value: string | undefined): string | undefined {
  return value?.replace(/^["']/, '').replace(/["']$/, '');
}

/** Over IPv4, from other hosts. */
function isReachable(address: string): boolean {
  return !address.includes(':') && !address.startsWith('127.');
}

const DEVICE_CONF = ['arp_ignore', 'arp_announce', 'rp_filter', 'proxy_arp', 'send_redirects'] as const;

const UNSET: DeviceConf = { arp_ignore: 0, arp_announce: 0, rp_filter: 0, proxy_arp: 0, send_redirects: 0 };

/** `/proc/sys/net/ipv4/conf/eth0/arp_ignore:1` */
function parseConf(text: string): Facts['conf'] {
  const found = new Map<string, DeviceConf>();
  for (const line of saneLines(text)) {
    const [, device, name, value] = /\/ipv4\/conf\/([^/]+)\/(\w+):(\d+)$/.exec(line) ?? [];
    const known = DEVICE_CONF.find((one) => one === name);
    if (device === undefined || known === undefined) continue;
    found.set(device, { ...(found.get(device) ?? UNSET), [known]: Number(value) });
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

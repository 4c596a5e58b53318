import { type Cluster, type Member, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import { sidesOf } from '../render/method-sides.ts';
import { KEEPALIVED_CONF, SYSCTL_FILE } from '../render/names.ts';
import type { Want } from '../resources/kinds.ts';
import { keepAddresses, managedLinks, riskOf } from './managed-links.ts';
import { dropInOf } from './networkd.ts';
import { cut } from '../text/cut.ts';

/** A setting of a host that works against the cluster, and that lvsctl leaves to its owner. */
export interface HostWarning {
  readonly host: string;
  /** Stable name for programs. */
  readonly code: 'overruled-sysctl' | 'network-manager' | 'confined' | 'announcing-hook';
  /** Condition and cause, without the host and without a full stop. */
  readonly message: string;
  /** The fix, as a sentence. */
  readonly fix: string;
  /** Whether the cluster breaks at the next boot; otherwise it may break when a person does more. */
  readonly atBoot: boolean;
}

/**
 * In the order of the inventory.
 * @param wants by host, without those that fail preflight
 */
export function warningsOf(
  cluster: Cluster,
  { hosts }: ClusterState,
  wants: ReadonlyMap<string, readonly Want[]>,
): readonly HostWarning[] {
  return hostsOf(cluster).flatMap((member) => {
    const { name } = member.host;
    const state = hosts.get(name);
    const own = wants.get(name);
    if (state === undefined || own === undefined) return [];
    return [
      ...overruledSysctls(state, own),
      ...droppedAddresses(cluster, member, state),
      ...confined(cluster, state, own),
      ...announcing(cluster, member, state),
    ];
  });
}

/** Characters of a value that a file has. */
const LONGEST = 40;

/** One for each file. */
function overruledSysctls({ host, facts }: HostState, wants: readonly Want[]): readonly HostWarning[] {
  const own = new Map(wants.flatMap((want) => (want.kind === 'sysctl' ? [[want.name, want.value] as const] : [])));
  const others = facts.laterSysctls.filter(({ name, value }) => own.has(name) && own.get(name) !== value);
  return [...new Set(others.map(({ file }) => file))].map((file): HostWarning => {
    const of = others.filter((one) => one.file === file);
    const values = of.map(({ name, value }) => `${name} = ${cut(value, LONGEST)} instead of ${own.get(name)}`);
    const atBoot = of.some((one) => one.atBoot);
    return {
      host,
      code: 'overruled-sysctl',
      message: `${file} sets ${values.join(', ')}, and ${readWhen(file, atBoot)} after ${SYSCTL_FILE}`,
      fix: `Remove ${of.length === 1 ? 'the line' : 'these lines'} from ${file}.`,
      atBoot,
    };
  });
}

function readWhen(file: string, atBoot: boolean): string {
  if (!atBoot) return '`sysctl -p` and `sysctl --system` read it';
  return file.startsWith('/etc/ufw/') ? 'ufw applies it' : 'it is read at boot';
}

/** Of network managers that no file of lvsctl keeps from it. */
function droppedAddresses(cluster: Cluster, member: Member, state: HostState): readonly HostWarning[] {
  return managedLinks(cluster, member, state.facts)
    .filter((link) => !link.keeps && dropInOf(link, state) === undefined)
    .map((link) => ({
      host: state.host,
      code: 'network-manager',
      message: riskOf(link),
      fix: keepAddresses(link),
      atBoot: false,
    }));
}

/** Programs for which a deploy writes files. A profile of a distribution allows the usual ones, and may not more. */
function confined({ web }: Cluster, { host, facts }: HostState, wants: readonly Want[]): readonly HostWarning[] {
  const paths = wants.flatMap((want) => (want.kind === 'file' ? want.path : []));
  const reads = [
    ...(paths.includes(KEEPALIVED_CONF) ? [{ program: 'keepalived', what: 'what keepalived.conf names' }] : []),
    ...(paths.includes(web.demoPath) ? [{ program: web.service ?? 'nginx', what: web.demoPath }] : []),
  ];
  return reads.flatMap(({ program, what }) => {
    const profile = facts.settings.confined.get(program);
    if (profile === undefined) return [];
    return {
      host,
      code: 'confined',
      message: `AppArmor enforces the profile ${profile}, which may keep ${program} from ${what}`,
      fix: 'After the deploy, look for apparmor="DENIED" in the log of the kernel, and add what is missing to /etc/apparmor.d/local.',
      atBoot: false,
    };
  });
}

/** Of real servers with virtual addresses on lo: an announcement would divert packets from the director. */
function announcing(cluster: Cluster, { realServer }: Member, { host, facts }: HostState): readonly HostWarning[] {
  const { announcing: scripts } = facts.settings;
  if (scripts.length === 0 || realServer === undefined) return [];
  const own = sidesOf(cluster, realServer).some(({ addresses }) => addresses.some(({ present }) => present));
  if (!own) return [];
  return [
    {
      host,
      code: 'announcing-hook',
      message: `${scripts.join(', ')} may announce the virtual addresses of this real server by ARP when an interface comes up`,
      fix: 'Let it announce the addresses of its own interface only.',
      atBoot: false,
    },
  ];
}

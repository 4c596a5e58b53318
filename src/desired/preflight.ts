import { Failure } from '../failure.ts';
import { type Cluster, type Director, type InstanceMember, type Member, hostsOf } from '../inventory/cluster.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import type { Facts } from '../observe/facts.ts';
import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import { PACKAGE_MANAGERS } from '../platforms/package-managers.ts';
import { AGENT_PROGRAM } from '../render/names.ts';
import { buildFor, isBuild } from './builds.ts';
import type { PlannedEngine } from './engine.ts';
import { withFirewall } from './firewall.ts';
import { withoutKeywords } from './keepalived-version.ts';
import { withoutScripts } from './scripts.ts';
import { withStrictMode } from './strict-mode.ts';

/** The readable hosts that fail preflight, with the reason. They are left unchanged. */
export function preflight(
  cluster: Cluster,
  observed: ClusterState,
  engines: ReadonlyMap<string, PlannedEngine>,
): ReadonlyMap<string, Failure> {
  return new Map(
    hostsOf(cluster).flatMap((member) => {
      const { name } = member.host;
      const state = observed.hosts.get(name);
      const failure =
        state &&
        (unsupported(cluster, member, state.facts, engines.get(name)) ??
          withoutAgent(state, engines.get(name)) ??
          withoutSource(cluster, observed, member, state, engines.get(name)) ??
          tooOld(cluster, member, state, engines.get(name)) ??
          (member.director && withoutScripts(cluster, member.director, state.facts)) ??
          (member.director && withStrictMode(cluster, member.director, state)) ??
          withFirewall(cluster, member, state.facts));
      return failure === undefined ? [] : [[name, failure] as const];
    }),
  );
}

function unsupported(
  cluster: Cluster,
  { host, role, director }: Member,
  facts: Facts,
  engine: PlannedEngine | undefined,
): Failure | undefined {
  const missing = [
    ...(facts.platform === undefined && engine?.engine !== 'agent' ? [PACKAGE_MANAGER] : []),
    ...(facts.initSystem === undefined && role !== 'client' ? [INIT_SYSTEM] : []),
  ];
  if (missing.length > 0) {
    const looked = missing.map(({ many, all }) => `${many} ${all.map(({ title }) => title).join(', ')}`);
    return refusal(
      host.name,
      `${facts.os} has ${missing.map(({ one }) => `no supported ${one}`).join(' and ')}`,
      `Looked for the ${looked.join(', and the ')}. If the host resembles one of them, set \`platform\` in the inventory, as in \`platform: {packages: dnf, init: sysvinit}\`.`,
    );
  }
  return director === undefined ? undefined : withoutInterface(cluster, director, facts);
}

const PACKAGE_MANAGER = { one: 'package manager', many: 'package managers', all: PACKAGE_MANAGERS };
const INIT_SYSTEM = { one: 'init system', many: 'init systems', all: INIT_SYSTEMS };

function withoutInterface(cluster: Cluster, { name }: Director, facts: Facts): Failure | undefined {
  const members = cluster.instances.flatMap((instance) => instance.members.filter(({ director }) => director === name));
  return members.map((member) => withoutInterfaceOf(member, facts)).find((failure) => failure !== undefined);
}

function withoutInterfaceOf(
  { director: name, address, interface: named }: InstanceMember,
  facts: Facts,
): Failure | undefined {
  const interfaces = [...facts.macs.keys()].filter((one) => one !== 'lo').join(', ');
  if (named === 'auto') {
    if (facts.addresses.some((held) => held.address === address)) return undefined;
    const hint = `Name the interface for VRRP in the inventory: interface: NAME. It has ${interfaces}.`;
    return refusal(name, `no interface holds ${address}`, hint);
  }
  if (facts.macs.has(named)) return undefined;
  return refusal(
    name,
    `there is no interface ${named}`,
    `Correct interface: in the inventory. The host has ${interfaces}.`,
  );
}

function tooOld(
  cluster: Cluster,
  member: Member,
  state: HostState,
  engine: PlannedEngine | undefined,
): Failure | undefined {
  if (member.director === undefined || engine?.engine !== 'keepalived') return undefined;
  return withoutKeywords(cluster, member.director, state);
}

/** A director that is to have keepalived, or must not have the agent, needs one of the sources that are named. */
function withoutSource(
  cluster: Cluster,
  observed: ClusterState,
  { director }: Member,
  state: HostState,
  engine: PlannedEngine | undefined,
): Failure | undefined {
  if (director === undefined || engine === undefined || state.facts.keepalivedFrom !== 'none') return undefined;
  const { from, source } = cluster.packages;
  const needed = director.engine === 'keepalived' ? source !== undefined : !from.includes('agent');
  if (!needed || engine.runs === 'agent') return undefined;
  const build = buildFor(cluster, observed, state, 'keepalived');
  const why = build === undefined || isBuild(build) ? '' : `: ${build.why}`;
  const hint = build === undefined || isBuild(build) ? 'Add a source to packages.from.' : build.hint;
  return refusal(director.name, `none of the sources ${from.join(', ')} has keepalived${why}`, hint);
}

/** An agent that is already on the host is left unchanged. */
function withoutAgent({ host, have }: HostState, engine: PlannedEngine | undefined): Failure | undefined {
  if (engine?.unverified === undefined || have.program.has(AGENT_PROGRAM)) return undefined;
  const { missing, fix } = engine.unverified;
  return refusal(
    host,
    `the bundled agent is unavailable: ${missing} (engine agent: ${engine.because})`,
    [...(fix === undefined ? [] : [fix]), INSTEAD].join(' '),
  );
}

const INSTEAD = 'Or set `engine: keepalived` and provide a package source that has it.';

function refusal(host: string, why: string, hint: string): Failure {
  return new Failure('unsupported', `${host}: ${why}`, { host, hint });
}

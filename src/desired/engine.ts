import type { Cluster, Director, Engine, EnginePolicy } from '../inventory/cluster.ts';
import { type ClusterState, type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { AgentProgram, AgentPrograms, NoAgent } from '../render/agent-program.ts';
import { unitFilesOf } from '../platforms/init-systems.ts';
import { AGENT_PROGRAM, AGENT_UNIT } from '../render/names.ts';
import { BUILT_PROGRAMS, SOURCES, type SourceName } from '../inventory/package-sources.ts';
import { packageManagerOf } from '../platforms/package-managers.ts';
import { releaseName } from '../platforms/release.ts';
import { fileNameOf } from '../resources/built.ts';
import type { Build } from '../resources/resource.ts';
import { partFor, platformsIn } from '../bundle/choose.ts';
import type { Bundle } from '../bundle/manifest.ts';
import { type NoBuild, buildFor, isBuild } from './builds.ts';
import type { PackageSource } from '../platforms/package-manager.ts';

export interface EngineChoice {
  readonly engine: Engine;
  /** Completes "engine agent (...)". */
  readonly because: string;
}

/** A choice, beside the engine that runs now. */
export interface ChosenEngine extends EngineChoice {
  /** Undefined when neither engine runs. */
  readonly runs: Engine | undefined;
}

/** A choice with the state of the host. */
export interface PlannedEngine extends ChosenEngine {
  /** Whether files of the other engine are to be removed. */
  readonly traces: boolean;
  /** The bundled agent, when the engine is the agent and one is available. */
  readonly agent?: AgentProgram;
  /** Why none is available; an agent on the host is then left unchanged. */
  readonly unverified?: NoAgent;
  /** Programs of the engine that are built from source. */
  readonly builds?: readonly Build[];
}

/** The observed facts that decide. */
export interface Offer {
  /** The package source of keepalived; undefined without a supported package manager. */
  readonly source: PackageSource | 'installed' | undefined;
  /** The folder that was searched. */
  readonly localMount: string | undefined;
  /** The file name of the bundle, if there is one. */
  readonly bundle?: string | undefined;
  /** Why the bundle has nothing for the host, as a phrase; undefined where it has. */
  readonly bundleLacks?: string | undefined;
  /** How keepalived is built from source, or why not; undefined when the inventory has no tarball. */
  readonly build?: Build | NoBuild | undefined;
  /** Sources in their order; default: the usual ones. */
  readonly from?: readonly SourceName[];
  readonly runs: Engine | undefined;
}

/** The files that the agent leaves. */
const AGENT_FILES = [...unitFilesOf(AGENT_UNIT), AGENT_PROGRAM];

/** The engine of each director that could be read. */
export function chooseEngines(
  cluster: Cluster,
  state: ClusterState,
  agents: AgentPrograms,
  bundle?: Bundle,
): ReadonlyMap<string, PlannedEngine> {
  const engineOf = (director: Director, host: HostState): PlannedEngine => {
    const { facts, have } = host;
    const offer = {
      source: facts.keepalivedFrom,
      localMount: cluster.packages.localMount?.path,
      bundle: cluster.packages.bundle?.slice(cluster.packages.bundle.lastIndexOf('/') + 1),
      bundleLacks: bundle && bundleLacks(bundle, host),
      build: buildFor(cluster, state, host, 'keepalived'),
      from: cluster.packages.from,
      runs: runningEngine(host),
    };
    const choice = chooseEngine(director.engine, offer);
    if (choice.engine === 'keepalived') {
      const builds = facts.keepalivedFrom === 'source' ? buildsFor(cluster, state, host) : [];
      const traces = AGENT_FILES.some((path) => have.obsolete.has(path));
      return { ...choice, traces, ...(builds.length > 0 && { builds }) };
    }
    const agent = agents(facts.machine ?? 'an unknown machine');
    return { ...choice, traces: false, ...('missing' in agent ? { unverified: agent } : { agent }) };
  };
  return new Map(
    cluster.directors.flatMap((director) => {
      const host = state.hosts.get(director.name);
      return host === undefined ? [] : [[director.name, engineOf(director, host)] as const];
    }),
  );
}

/**
 * The engine for `engine: auto`: keepalived if it is installed or available, else the bundled agent. A running agent
 * stays, because a change of engines disrupts traffic.
 */
export function chooseEngine(policy: EnginePolicy, offer: Offer): ChosenEngine {
  const { source, build, runs } = offer;
  if (policy !== 'auto') {
    const from = policy === 'keepalived' && source === 'source' ? `, from ${builtText(build)}` : '';
    return { engine: policy, because: `the inventory says so${from}`, runs };
  }
  const choice = offered(offer);
  if (runs !== 'agent' || choice.engine === 'agent') return { ...choice, runs };
  return { engine: 'agent', because: STAYS, runs };
}

const STAYS = 'already running, and a change would disrupt traffic; set `engine: keepalived` to change';

function offered(offer: Offer): EngineChoice {
  const { source, localMount, bundle, build } = offer;
  switch (source) {
    case 'installed':
      return { engine: 'keepalived', because: 'it is installed' };
    case 'mount':
      return { engine: 'keepalived', because: `${localMount ?? 'the local mount'} has it` };
    case 'bundle':
      return { engine: 'keepalived', because: `${bundle ?? 'the bundle'} has it` };
    case 'candidate':
      return { engine: 'keepalived', because: "the host's lists of packages have it" };
    case 'unread':
      return { engine: 'keepalived', because: 'the package lists of the host have not been fetched yet' };
    case 'source':
      return { engine: 'keepalived', because: builtText(build) };
    case 'none':
      return { engine: 'agent', because: `no package source has keepalived: ${lookedAt(offer)}` };
    case undefined:
      return { engine: 'agent', because: 'the host has no supported package manager' };
  }
}

function builtText(build: Offer['build']): string {
  return isBuild(build) ? `${fileNameOf(build.tarball)}, built on ${build.on}` : 'a tarball';
}

/** What is built from source where keepalived is; a package of ipvsadm that is installed stays. */
function buildsFor(cluster: Cluster, state: ClusterState, host: HostState): readonly Build[] {
  const { packages, built } = host.have;
  return BUILT_PROGRAMS.flatMap((program) => {
    const installed = packages.get('packages')?.installed.has(program) === true && !built.has(program);
    const build = installed ? undefined : buildFor(cluster, state, host, program);
    return isBuild(build) ? [build] : [];
  });
}

/** Another platform than those of the bundle is no lack of one package. */
function bundleLacks({ name, manifest }: Bundle, { facts: { platform, release } }: HostState): string | undefined {
  const manager = packageManagerOf(platform);
  if (manager === undefined || release === undefined || partFor(manifest, manager.format, release) !== undefined)
    return undefined;
  return `${name} has no packages for ${releaseName(release)}, only for ${platformsIn(manifest)}`;
}

/** What the sources before the agent lack, in their order. */
function lookedAt({ from = SOURCES, localMount, bundle, bundleLacks: lacks, build }: Offer): string {
  const before = from.includes('agent') ? from.slice(0, from.indexOf('agent')) : from;
  const texts: Readonly<Record<SourceName, string | undefined>> = {
    local_mount: localMount === undefined ? undefined : `${localMount} does not hold it`,
    bundle: bundle === undefined ? undefined : (lacks ?? `${bundle} does not hold it`),
    distribution: "the host's lists of packages do not name it",
    source: build === undefined || isBuild(build) ? undefined : build.why,
    agent: undefined,
  };
  const all = before.flatMap((name) => texts[name] ?? []);
  const last = all.at(-1);
  if (last === undefined) return 'packages.from has the agent first';
  return all.length === 1 ? last : `${all.slice(0, -1).join(', ')}, and ${last}`;
}

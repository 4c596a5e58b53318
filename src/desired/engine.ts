import type { Cluster, Director, Engine, EnginePolicy } from '../inventory/cluster.ts';
import { type ClusterState, type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { AgentProgram, AgentPrograms, NoAgent } from '../render/agent-program.ts';
import { unitFilesOf } from '../platforms/init-systems.ts';
import { AGENT_PROGRAM, AGENT_UNIT } from '../render/names.ts';
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
}

/** The observed facts that decide. */
export interface Offer {
  /** The package source of keepalived; undefined without a supported package manager. */
  readonly source: PackageSource | 'installed' | undefined;
  /** The folder that was searched. */
  readonly localMount: string | undefined;
  /** The file name of the bundle, if there is one. */
  readonly bundle?: string | undefined;
  readonly runs: Engine | undefined;
}

/** The files that the agent leaves. */
const AGENT_FILES = [...unitFilesOf(AGENT_UNIT), AGENT_PROGRAM];

/** The engine of each director that could be read. */
export function chooseEngines(
  { directors, packages: { localMount, bundle } }: Cluster,
  { hosts }: ClusterState,
  agents: AgentPrograms,
): ReadonlyMap<string, PlannedEngine> {
  const engineOf = (director: Director, state: HostState): PlannedEngine => {
    const { facts, have } = state;
    const offer = {
      source: facts.keepalivedFrom,
      localMount: localMount?.path,
      bundle: bundle?.slice(bundle.lastIndexOf('/') + 1),
      runs: runningEngine(state),
    };
    const choice = chooseEngine(director.engine, offer);
    if (choice.engine === 'keepalived')
      return { ...choice, traces: AGENT_FILES.some((path) => have.obsolete.has(path)) };
    const agent = agents(facts.machine ?? 'an unknown machine');
    return { ...choice, traces: false, ...('missing' in agent ? { unverified: agent } : { agent }) };
  };
  return new Map(
    directors.flatMap((director) => {
      const state = hosts.get(director.name);
      return state === undefined ? [] : [[director.name, engineOf(director, state)] as const];
    }),
  );
}

/**
 * The engine for `engine: auto`: keepalived if it is installed or available, else the bundled agent. A running agent
 * stays, because a change of engines disrupts traffic.
 */
export function chooseEngine(policy: EnginePolicy, { source, localMount, bundle, runs }: Offer): ChosenEngine {
  if (policy !== 'auto') return { engine: policy, because: 'the inventory says so', runs };
  const choice = offered(source, localMount, bundle);
  if (runs !== 'agent' || choice.engine === 'agent') return { ...choice, runs };
  return { engine: 'agent', because: STAYS, runs };
}

const STAYS = 'already running, and a change would disrupt traffic; set `engine: keepalived` to change';

function offered(source: Offer['source'], localMount: string | undefined, bundle: string | undefined): EngineChoice {
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
    case 'none':
      return { engine: 'agent', because: `no package source has keepalived: ${lookedAt(localMount, bundle)}` };
    case undefined:
      return { engine: 'agent', because: 'the host has no supported package manager' };
  }
}

function lookedAt(localMount: string | undefined, bundle: string | undefined): string {
  const without = [localMount, bundle].filter((one) => one !== undefined).map((one) => `${one} does not hold it`);
  const lists = "the host's lists of packages do not name it";
  return without.length === 0 ? lists : `${without.join(', ')}, and ${lists}`;
}

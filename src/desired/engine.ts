import type { Cluster, Director, Engine, EnginePolicy } from '../inventory/cluster.ts';
import { type ClusterState, type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { AgentProgram, AgentPrograms, NoAgent } from '../render/agent-program.ts';
import type { PackageSource } from '../platforms/package-manager.ts';

export interface EngineChoice {
  readonly engine: Engine;
  /** Completes "engine agent (...)". */
  readonly because: string;
}

/** A choice, beside the engine that runs now. */
export interface ChosenEngine extends EngineChoice {
  /** undefined when neither engine is at work */
  readonly runs: Engine | undefined;
}

/** A choice, and what it finds on the host. */
export interface PlannedEngine extends ChosenEngine {
  /** Whether files of the other engine are to be removed. */
  readonly traces: boolean;
  /** The agent that lvsctl brings, where the agent is the engine and one can be had. */
  readonly agent?: AgentProgram;
  /** Why there is none; an agent that is on the host stays as it is then. */
  readonly unverified?: NoAgent;
}

/** What a host offers, as it was seen. */
export interface Offer {
  /** Where keepalived could be had from; undefined on a host that has no supported package manager. */
  readonly source: PackageSource | 'installed' | undefined;
  /** The folder that was looked into. */
  readonly localMount: string | undefined;
  readonly runs: Engine | undefined;
}

/** The engine of each director that could be read. */
export function chooseEngines(
  { directors, packages: { localMount } }: Cluster,
  { hosts }: ClusterState,
  agents: AgentPrograms,
): ReadonlyMap<string, PlannedEngine> {
  const engineOf = (director: Director, state: HostState): PlannedEngine => {
    const { facts, have } = state;
    const offer = { source: facts.keepalivedFrom, localMount, runs: runningEngine(state) };
    const choice = chooseEngine(director.engine, offer);
    if (choice.engine === 'keepalived') return { ...choice, traces: have.obsolete.size > 0 };
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
 * What the inventory leaves to the host: keepalived where it is there or can be had, else the bundled agent. An agent at
 * work stays: clients feel a change of engines, and packages that appear are no reason for one.
 */
export function chooseEngine(policy: EnginePolicy, { source, localMount, runs }: Offer): ChosenEngine {
  if (policy !== 'auto') return { engine: policy, because: 'the inventory says so', runs };
  const choice = offered(source, localMount);
  if (runs !== 'agent' || choice.engine === 'agent') return { ...choice, runs };
  return { engine: 'agent', because: STAYS, runs };
}

const STAYS = 'it runs here, and clients would feel a change; `engine: keepalived` asks for one';

function offered(source: Offer['source'], localMount: string | undefined): EngineChoice {
  switch (source) {
    case 'installed':
      return { engine: 'keepalived', because: 'it is installed' };
    case 'mount':
      return { engine: 'keepalived', because: `${localMount ?? 'the local mount'} has it` };
    case 'candidate':
      return { engine: 'keepalived', because: "the host's lists of packages have it" };
    case 'unread':
      return { engine: 'keepalived', because: 'the host has sources of packages that it has not read yet' };
    case 'none':
      return { engine: 'agent', because: `no source of packages has keepalived: ${lookedAt(localMount)}` };
    case undefined:
      return { engine: 'agent', because: 'the host has no supported package manager' };
  }
}

function lookedAt(localMount: string | undefined): string {
  const lists = "the host's lists of packages do not name it";
  return localMount === undefined ? lists : `${localMount} does not hold it, and ${lists}`;
}

import { firstMatch } from '../platforms/first-match.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import type { Engine } from '../inventory/cluster.ts';
import { type Command, sh } from '../remote/command.ts';
import { AGENT_PROGRAM } from '../render/names.ts';
import { type AgentStatus, STATES, type VrrpState, type VrrpStates, parseAgentStatus } from './agent-status.ts';
import type { Sections } from './sections.ts';

/** What the engines of a director report, running or not. */
export interface EngineReport {
  /** As printed by the programs. */
  readonly versions: Readonly<Record<Engine, string | undefined>>;
  /** Undefined when the agent does not answer. */
  readonly agent: AgentStatus | undefined;
  /** The state that each instance of keepalived last entered since boot, the latest first. */
  readonly keepalived: VrrpStates;
}

/** Journal entries that are read for each of several instances: those of one may be between those of another. */
const ENTRIES = 10;

/** As a pattern of grep -E. Before 2.0, keepalived reports some faults as `Now in FAULT state`; from 2.0 on, those of its start in small letters. */
const STATE_MESSAGES = 'Entering (MASTER|BACKUP|FAULT) STATE|entering FAULT state|Now in FAULT state';

/** Prints the last states that keepalived entered, the latest first. */
export function lastStates(instances: number, initSystems: readonly InitSystem[]): Command {
  const most = instances > 1 ? instances * ENTRIES : 1;
  return firstMatch(initSystems, (init) => init.messages('keepalived', 'Keepalived_vrrp', STATE_MESSAGES, most));
}

/** @param instances number of VRRP instances */
export function engineReportProbes(
  instances: number,
  initSystems: readonly InitSystem[],
): readonly (readonly [string, Command])[] {
  return [
    ['versions', sh`keepalived --version 2>&1 | head -n 1; ${AGENT_PROGRAM} --version`],
    ['agent', sh`[ -S /run/lvs-agent/status.sock ] && ${AGENT_PROGRAM} status`],
    ['journal', lastStates(instances, initSystems)],
  ];
}

/** Undefined when not observed. */
export function parseEngineReport(sections: Sections): EngineReport | undefined {
  const versions = sections.get('versions');
  if (versions === undefined) return undefined;
  return {
    // `lvs-agent 0.1.0`
    versions: {
      keepalived: keepalivedVersionIn(versions),
      agent: /^lvs-agent v?(\S+)/m.exec(versions)?.[1],
    },
    agent: parseAgentStatus(sections.get('agent') ?? ''),
    keepalived: statesInJournal(sections.get('journal') ?? ''),
  };
}

/** First line of `keepalived --version`: `Keepalived v2.2.7 (01/16,2022)`. */
export function keepalivedVersionIn(text: string): string | undefined {
  return /^Keepalived v?(\S+)/m.exec(text)?.[1];
}

/**
 * The upstream version of the package that would be installed: `version 1:2.2.7-1+b2` is 2.2.7. Undefined with several,
 * as the package manager chooses.
 */
export function candidateVersionIn(lines: readonly string[]): string | undefined {
  const versions = new Set(lines.flatMap((line) => /^version (?:\d+:)?([^-\s]+)/.exec(line)?.[1] ?? []));
  const [only] = versions;
  return versions.size === 1 ? only : undefined;
}

/** Each instance with the first state that a line has for it; keepalived 1 has `VRRP_Instance` before the name. */
export function statesInJournal(text: string): VrrpStates {
  const states = new Map<string, VrrpState>();
  for (const [, name = '', word] of text.matchAll(
    /^(?:VRRP_Instance)?\(([^()\n]{1,255})\)(?: Entering|:? entering| Now in) (MASTER|BACKUP|FAULT) (?:STATE|state)/gm,
  )) {
    const state = STATES.find((one) => one === word);
    if (state !== undefined && !states.has(name)) states.set(name, state);
  }
  return states;
}

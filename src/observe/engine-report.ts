import type { Engine } from '../inventory/cluster.ts';
import { type Command, sh } from '../remote/command.ts';
import { AGENT_PROGRAM } from '../render/names.ts';
import { type AgentStatus, STATES, type VrrpState, parseAgentStatus } from './agent-status.ts';
import type { Sections } from './sections.ts';

/** What the engines of a director report, running or not. */
export interface EngineReport {
  /** As printed by the programs. */
  readonly versions: Readonly<Record<Engine, string | undefined>>;
  /** Undefined when the agent does not answer. */
  readonly agent: AgentStatus | undefined;
  /** The state that keepalived last entered since boot. */
  readonly keepalived: VrrpState | undefined;
}

/** Prints the last state that keepalived entered, as its journal has it. */
export const lastState = sh`journalctl -u keepalived -b -o cat --no-pager -r -g 'Entering (MASTER|BACKUP|FAULT) STATE' -n 1`;

export function engineReportProbes(): readonly (readonly [string, Command])[] {
  return [
    ['versions', sh`keepalived --version 2>&1 | head -n 1; ${AGENT_PROGRAM} --version`],
    ['agent', sh`[ -S /run/lvs-agent/status.sock ] && ${AGENT_PROGRAM} status`],
    ['journal', lastState],
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
    keepalived: stateInJournal(sections.get('journal') ?? ''),
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

/** The state in a line of keepalived's journal; undefined when there is none. */
export function stateInJournal(text: string): VrrpState | undefined {
  const state = /Entering (MASTER|BACKUP|FAULT) STATE/.exec(text)?.[1];
  return STATES.find((one) => one === state);
}

import type { Engine } from '../inventory/cluster.ts';
import type { VrrpState, VrrpStates } from '../observe/agent-status.ts';
import { type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { IpvsHave } from '../resources/ipvs-table.ts';

/** The status of one director. */
export interface DirectorStatus {
  readonly host: string;
  /** The running engine; undefined when neither runs. */
  readonly engine: Engine | undefined;
  /** As printed by the program. */
  readonly version: string | undefined;
  /** Of all its VRRP instances; undefined where they differ or it is unknown. */
  readonly state: VrrpState | undefined;
  /** By VRRP instance. */
  readonly states: VrrpStates;
  /** Problems reported by the agent; keepalived only logs them. */
  readonly problems: readonly string[];
  /** Virtual addresses that it holds, except on lo. */
  readonly holds: readonly string[];
  /** The IPVS table, by address:port of the virtual service. */
  readonly table: ReadonlyMap<string, IpvsHave>;
}

/** @param vips the virtual addresses of the cluster */
export function directorStatus(vips: readonly string[], state: HostState): DirectorStatus {
  const { host, facts, have } = state;
  const engine = runningEngine(state);
  const { engines } = facts;
  const states: VrrpStates =
    (engine === undefined ? undefined : { agent: engines?.agent?.states, keepalived: engines?.keepalived }[engine]) ??
    new Map();
  const distinct = new Set(states.values());
  return {
    host,
    engine,
    version: engine === undefined ? undefined : engines?.versions[engine],
    state: distinct.size === 1 ? [...distinct][0] : undefined,
    states,
    problems: engine === 'agent' ? (engines?.agent?.problems ?? []) : [],
    holds: vips.filter((vip) => facts.addresses.some(({ address, device }) => address === vip && device !== 'lo')),
    table: have.ipvs,
  };
}

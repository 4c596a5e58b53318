import type { Engine } from '../inventory/cluster.ts';
import type { VrrpState } from '../observe/agent-status.ts';
import { type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { IpvsHave } from '../resources/ipvs.ts';

/** What one director says of itself at one moment. */
export interface DirectorStatus {
  readonly host: string;
  /** What keeps the addresses; undefined when neither engine runs. */
  readonly engine: Engine | undefined;
  /** As the program prints it. */
  readonly version: string | undefined;
  readonly state: VrrpState | undefined;
  /** What the agent says is wrong; keepalived says it in its log alone. */
  readonly problems: readonly string[];
  /** Virtual addresses that it holds on the wire. */
  readonly holds: readonly string[];
  /** The kernel's table, by address:port of the virtual service. */
  readonly table: ReadonlyMap<string, IpvsHave>;
}

/** @param vips the virtual addresses of the cluster */
export function directorStatus(vips: readonly string[], state: HostState): DirectorStatus {
  const { host, facts, have } = state;
  const engine = runningEngine(state);
  const { engines } = facts;
  return {
    host,
    engine,
    version: engine === undefined ? undefined : engines?.versions[engine],
    state: engine === undefined ? undefined : { agent: engines?.agent?.state, keepalived: engines?.keepalived }[engine],
    problems: engine === 'agent' ? (engines?.agent?.problems ?? []) : [],
    holds: vips.filter((vip) => facts.addresses.some(({ address, device }) => address === vip && device !== 'lo')),
    table: have.ipvs,
  };
}

import type { Checker, RealServer, VirtualServer, VirtualServerGroup } from '../../../keepalived/model/check.ts';
import type { ServerState } from '../../../keepalived/ipvs/services.ts';
import type { ServiceId } from '../../../keepalived/ipvs/table.ts';
import { KeyedTable } from '../keyed-table.ts';
import type { CheckFailure } from '../messages/check-failures.ts';
import type { Instant, Step } from '../step.ts';
import type { HealthEffect } from './event.ts';

/** The results of reducers. */
export type HealthStep = Step<HealthState, HealthEffect>;
export type VirtualStep = Step<VirtualState, HealthEffect>;
export type CheckStep = Step<CheckState, HealthEffect>;

/** The state of all health checks. Tables, maps and sets are never mutated, only replaced. */
export interface HealthState {
  /** By `virtualKey`, in the order of the configuration. */
  readonly virtuals: KeyedTable<VirtualState>;
  /** Where each check is, by the id of its probes and timers. Replaced by a reload only. */
  readonly places: ReadonlyMap<string, CheckPlace>;
  /** The last value of each file read by a FILE_CHECK. */
  readonly files: ReadonlyMap<string, number | undefined>;
  /** Addresses present on this host, for ha_suspend. */
  readonly present: ReadonlySet<string>;
  /** State of the generator that spreads first checks. */
  readonly random: number;
  /** Number of the next check. */
  readonly nextCheck: number;
}

/** Keys of a virtual server and of its real server. */
export interface CheckPlace {
  readonly virtual: string;
  readonly real: string;
}

/** A virtual server: one set of real servers behind one kernel service or, with a group, several. */
export interface VirtualState {
  readonly key: string;
  readonly name: string;
  readonly conf: VirtualServer;
  readonly groups: readonly VirtualServerGroup[];
  /** Its services in the kernel. */
  readonly services: readonly ServiceId[];
  /** By `placeKey`, in the order of the configuration. */
  readonly reals: KeyedTable<RealState>;
  readonly quorumUp: boolean;
  /** Total weight of the live real servers. */
  readonly liveWeight: number;
  /** The sorry server as programmed into every service, unless it is also a real server. */
  readonly sorryInstalled: ServerState | undefined;
}

export interface RealState {
  readonly key: string;
  readonly name: string;
  readonly conf: RealServer;
  /** Whether all its checkers pass. */
  readonly alive: boolean;
  /** Whether its state has been reported. One that starts as down (`alpha`) is reported after its first failure. */
  readonly reported: boolean;
  /** Effective weight including MISC_CHECK and FILE_CHECK, 0 to 65535. */
  readonly weight: number;
  readonly checks: readonly CheckState[];
  /** The server as programmed into every service; undefined if it is not in the table. */
  readonly installed: ServerState | undefined;
}

export interface CheckState {
  readonly id: string;
  readonly checker: Checker;
  readonly up: boolean;
  /** Whether it has had a result. Until then failures are retried even if it starts as down. */
  readonly ran: boolean;
  /** Failed attempts since the last result. */
  readonly tries: number;
  /** When the current check was due. */
  readonly due: Instant;
  readonly activity: 'resting' | 'waiting' | 'probing';
  /** The weight set by MISC_CHECK, replacing the configured one. */
  readonly asked: number | undefined;
  /** Weight adjustment of FILE_CHECK. */
  readonly extra: number;
  readonly last: LastResult | undefined;
}

export interface LastResult {
  readonly at: Instant;
  /** Undefined if it passed. */
  readonly failure: CheckFailure | undefined;
}

export function initialHealth(): HealthState {
  return {
    virtuals: virtualTable([]),
    places: new Map(),
    files: new Map(),
    present: new Set(),
    random: 0,
    nextCheck: 1,
  };
}

export function virtualTable(virtuals: readonly VirtualState[]): KeyedTable<VirtualState> {
  return KeyedTable.of(virtuals, ({ key }) => key);
}

export function realTable(reals: readonly RealState[]): KeyedTable<RealState> {
  return KeyedTable.of(reals, ({ key }) => key);
}

/** Where each check of the virtual servers is. */
export function placesOfChecks(virtuals: Iterable<VirtualState>): ReadonlyMap<string, CheckPlace> {
  const places = new Map<string, CheckPlace>();
  for (const virtual of virtuals)
    for (const real of virtual.reals.values())
      for (const { id } of real.checks) places.set(id, { virtual: virtual.key, real: real.key });
  return places;
}

import type { Checker, RealServer, VirtualServer, VirtualServerGroup } from '../../../keepalived/model/check.ts';
import type { ServerState } from '../../../keepalived/ipvs/services.ts';
import type { ServiceId } from '../../../keepalived/ipvs/table.ts';
import type { CheckFailure } from '../messages/check-failures.ts';
import type { Instant } from '../step.ts';

/**
 * The state of all health checks, owned and mutated by `stepHealth`: callers must only use the state it returned last.
 * With 1,000 real servers checked every second, copying it per result would dominate the cost. Equal events still give
 * equal effects, so recordings can be replayed.
 */
export interface HealthState {
  /** Keyed by `virtualKey`, in configuration order. */
  virtuals: Map<string, VirtualState>;
  /** Keyed by the id of probes and timers. */
  readonly checks: Map<string, CheckState>;
  /** The last value of each file read by a FILE_CHECK. */
  readonly files: Map<string, number | undefined>;
  /** Addresses present on this host, for ha_suspend. */
  readonly present: Set<string>;
  /** State of the generator that spreads first checks. */
  random: number;
  /** Number of the next check. */
  nextCheck: number;
}

/** A virtual server: one set of real servers behind one kernel service or, with a group, several. */
export interface VirtualState {
  readonly key: string;
  readonly name: string;
  conf: VirtualServer;
  groups: readonly VirtualServerGroup[];
  /** Its services in the kernel. */
  services: readonly ServiceId[];
  reals: Map<string, RealState>;
  quorumUp: boolean;
  /** Total weight of the live real servers. */
  liveWeight: number;
  /** The servers programmed into every kernel service, keyed by `placeKey`. */
  installed: Map<string, ServerState>;
}

export interface RealState {
  readonly key: string;
  name: string;
  readonly virtual: VirtualState;
  conf: RealServer;
  /** Whether all its checkers pass. */
  alive: boolean;
  /** Whether its state has been reported. One that starts as down (`alpha`) is reported after its first failure. */
  reported: boolean;
  /** Number of failing checkers. */
  failing: number;
  /** Effective weight including MISC_CHECK and FILE_CHECK, 0 to 65535. */
  weight: number;
  checks: readonly CheckState[];
}

export interface CheckState {
  readonly id: string;
  readonly checker: Checker;
  real: RealState;
  up: boolean;
  /** Whether it has had a result. Until then failures are retried even if it starts as down. */
  ran: boolean;
  /** Failed attempts since the last result. */
  tries: number;
  /** When the current check was due. */
  due: Instant;
  activity: 'resting' | 'waiting' | 'probing';
  /** The weight set by MISC_CHECK, replacing the configured one. */
  asked: number | undefined;
  /** Weight adjustment of FILE_CHECK. */
  extra: number;
  last: LastResult | undefined;
}

export interface LastResult {
  readonly at: Instant;
  /** Undefined if it passed. */
  readonly failure: CheckFailure | undefined;
}

export function initialHealth(): HealthState {
  return {
    virtuals: new Map(),
    checks: new Map(),
    files: new Map(),
    present: new Set(),
    random: 0,
    nextCheck: 1,
  };
}

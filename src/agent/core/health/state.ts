import type { Checker, RealServer, VirtualServer, VirtualServerGroup } from '../../../keepalived/model-check.ts';
import type { ServerState } from '../../../keepalived/ipvs/services.ts';
import type { ServiceId } from '../../../keepalived/ipvs/table.ts';
import type { Instant } from '../step.ts';

/**
 * What `stepHealth` knows. It belongs to `stepHealth` and is changed in place: a state that was handed in must not be
 * used again, only the one that came back. With 1,000 real servers that are checked every second a copy for each answer
 * would cost more than everything else. The same events still give the same effects, so a recorded day can be replayed.
 */
export interface HealthState {
  /** By `virtualKey`, in the order of the file. */
  virtuals: Map<string, VirtualState>;
  /** By the id that probes and timers have. */
  readonly checks: Map<string, CheckState>;
  /** What FILE_CHECK was told last, by file. */
  readonly files: Map<string, number | undefined>;
  /** Addresses that are on this host, for ha_suspend. */
  readonly present: Set<string>;
  /** Of the generator that spreads first checks. */
  random: number;
  /** Number of the next check that is made. */
  nextCheck: number;
}

/** A virtual server: one set of real servers behind one or, with a group, many services of the kernel. */
export interface VirtualState {
  readonly key: string;
  readonly name: string;
  conf: VirtualServer;
  groups: readonly VirtualServerGroup[];
  /** What it stands for in the kernel. */
  services: readonly ServiceId[];
  reals: Map<string, RealState>;
  quorumUp: boolean;
  /** Sum of the weights of the real servers that are alive. */
  liveWeight: number;
  /** What the kernel was told of every service, by `placeKey`. */
  installed: Map<string, ServerState>;
}

export interface RealState {
  readonly key: string;
  name: string;
  readonly virtual: VirtualState;
  conf: RealServer;
  /** All its checkers pass. */
  alive: boolean;
  /** Whether it was said how it is: one that begins as failed is told to be down when it has failed once. */
  told: boolean;
  /** How many of its checkers fail. */
  failing: number;
  /** Its weight with what MISC_CHECK and FILE_CHECK add; 0 to 65535. */
  weight: number;
  checks: readonly CheckState[];
}

export interface CheckState {
  readonly id: string;
  readonly checker: Checker;
  real: RealState;
  up: boolean;
  /** It came to an answer since the start: before, a first failure is tried again even when it begins as failed. */
  ran: boolean;
  /** Tries that failed since the last answer. */
  tries: number;
  /** When the present check was due. */
  due: Instant;
  activity: 'resting' | 'waiting' | 'probing';
  /** The weight that MISC_CHECK asks for instead of the one of the file. */
  asked: number | undefined;
  /** What FILE_CHECK adds to the weight. */
  extra: number;
  last: LastResult | undefined;
}

export interface LastResult {
  readonly at: Instant;
  readonly passed: boolean;
  /** Why it failed, in words. */
  readonly reason: string | undefined;
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

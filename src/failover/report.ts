import type { FailureCode } from '../failure.ts';
import type { Expectation } from './expectation.ts';
import type { FaultName } from './options.ts';
import type { Sampling } from './sampling.ts';

/**
 * Result of a test. `ok` means that every requested fault was measured, that the service recovered from each, that all
 * hosts are restored and cleaned up, and that no gap was longer than accepted.
 */
export interface FailoverReport {
  readonly ok: boolean;
  /** Faults whose longest gap exceeds `maxGapMs`. Only these miss the objective. */
  readonly missed: readonly FaultName[];
  /** The run was interrupted. Each scenario says whether its fault was undone. */
  readonly interrupted: boolean;
  /** Hosts that may still have a fault, or files and timers of the test, with the reason. */
  readonly notCleanedUp: readonly { readonly host: string; readonly code: FailureCode }[];
  readonly cluster: string;
  /** `address:port` of the requests. */
  readonly service: string;
  readonly client: string;
  readonly maxGapMs: number | undefined;
  readonly tookMs: number;
  readonly scenarios: readonly ScenarioResult[];
}

export type ScenarioResult = Measured | NotRun | Broken;

/** The fault was injected and the cluster observed until it had recovered. Times are milliseconds after the fault began. */
export interface Measured {
  readonly state: 'measured';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly requests: number;
  readonly failed: number;
  /** From the first to the last failed request; undefined when none failed. */
  readonly failing: Span | undefined;
  /** The longest time between two answers during the fault, and after it was undone; 0 without two answers. */
  readonly gap: GapSummary;
  readonly gapOnReturn: GapSummary;
  readonly longestGapMs: number;
  readonly undoneAtMs: number;
  readonly undoneBy: 'lvsctl' | 'itself' | 'timer';
  /** The first answer after which no request failed; undefined when there is none. */
  readonly wholeAgainAtMs: number | undefined;
  /** Whether owner, table and answers were as before at the end. */
  readonly recovered: boolean;
  /** As the directors report, and by the hardware address that the client sent to. */
  readonly owners: readonly OwnedSpan[];
  readonly clientSent: readonly OwnedSpan[];
  /** When a real server left and rejoined the table of the forwarding director; undefined where not seen. */
  readonly removedAtMs: number | undefined;
  readonly returnedAtMs: number | undefined;
  /**
   * Failed requests that started after the server had left the table; undefined where that was not seen. A director keeps
   * entries of unanswered connections for a minute and drops packets from the same client port, unless its
   * net.ipv4.vs.expire_nodest_conn is 1.
   */
  readonly failedAfterRemoval: number | undefined;
  readonly expected: Expectation;
  readonly sampling: Sampling | undefined;
  /** Compares with `maxGapMs`; undefined without an objective. */
  readonly verdict: 'met' | 'missed' | undefined;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface GapSummary extends Span {
  readonly lengthMs: number;
  /** No answer followed before the end of the measurement. */
  readonly open: boolean;
}

export interface OwnedSpan extends Span {
  readonly owners: readonly string[];
}

/** Nothing was broken. */
export interface NotRun {
  readonly state: 'not-run';
  readonly fault: FaultName;
  /** The cluster was not healthy, the fault is impossible here, or the test had ended. */
  readonly because: 'unhealthy' | 'impossible' | 'ended';
  readonly reason: string;
}

/** The fault was, or may have been, injected, and could not be measured to the end. */
export interface Broken {
  readonly state: 'interrupted' | 'failed';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly reason: string;
  readonly putBack: PutBack;
}

/** Result of the undo. */
export interface PutBack {
  /** True when the host confirmed it. */
  readonly confirmed: boolean;
  readonly message: string;
}

import type { FailureCode } from '../failure.ts';
import type { Expectation } from './expectation.ts';
import type { FaultName } from './options.ts';
import type { Sampling } from './sampling.ts';

/**
 * What a test found. `ok` means that everything asked for was tried, that the service was whole again after each
 * fault, that all is put back and cleaned up, and that no gap was longer than accepted.
 */
export interface FailoverReport {
  readonly ok: boolean;
  /** Faults whose longest gap was longer than `maxGapMs`. Only these make it a missed objective. */
  readonly missed: readonly FaultName[];
  /** The run was told to stop; what was broken until then has been put back, or says so in its scenario. */
  readonly interrupted: boolean;
  /** Hosts that may still be broken, or still have notes and timers of the test, with the reason. */
  readonly notCleanedUp: readonly { readonly host: string; readonly code: FailureCode }[];
  readonly cluster: string;
  /** `address:port` that was asked */
  readonly service: string;
  readonly client: string;
  readonly maxGapMs: number | undefined;
  readonly tookMs: number;
  readonly scenarios: readonly ScenarioResult[];
}

export type ScenarioResult = Measured | NotRun | Broken;

/** The fault was tried and the cluster was watched until it was whole again. Times are milliseconds after the fault began. */
export interface Measured {
  readonly state: 'measured';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly requests: number;
  readonly failed: number;
  /** From the first to the last failed request; undefined when none failed. */
  readonly failing: Span | undefined;
  /** The longest time between two answers while it was broken, and after it was put back; 0 when there were no two. */
  readonly gap: GapSummary;
  readonly gapOnReturn: GapSummary;
  readonly longestGapMs: number;
  readonly undoneAtMs: number;
  readonly undoneBy: 'lvsctl' | 'itself' | 'timer';
  /** The first answer after which nothing failed any more; undefined when that never came. */
  readonly wholeAgainAtMs: number | undefined;
  /** Whether the owner, the table and all answers were as before in the end. */
  readonly recovered: boolean;
  /** By the directors' own account, and by the hardware address that the client sent to. */
  readonly owners: readonly OwnedSpan[];
  readonly clientSent: readonly OwnedSpan[];
  /** When a real server left and rejoined the table of the director that forwards; undefined where not seen. */
  readonly removedAtMs: number | undefined;
  readonly returnedAtMs: number | undefined;
  /**
   * Requests that were started after the server had left the table and failed all the same; undefined where that was
   * not seen. A director keeps entries of unanswered connections for a minute and drops what comes from the same
   * port of the client again, unless its net.ipv4.vs.expire_nodest_conn is 1.
   */
  readonly failedAfterRemoval: number | undefined;
  readonly expected: Expectation;
  readonly sampling: Sampling | undefined;
  /** `met` or `missed`, by `maxGapMs`; undefined when nothing was asked. */
  readonly verdict: 'met' | 'missed' | undefined;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface GapSummary extends Span {
  readonly lengthMs: number;
  /** No answer came any more before the measurement ended. */
  readonly open: boolean;
}

export interface OwnedSpan extends Span {
  readonly owners: readonly string[];
}

/** Nothing was broken. */
export interface NotRun {
  readonly state: 'not-run';
  readonly fault: FaultName;
  /** The cluster was not healthy to begin with, it cannot have this fault, or the test ended before. */
  readonly because: 'unhealthy' | 'impossible' | 'ended';
  readonly reason: string;
}

/** It was, or may have been, broken, and could not be measured to the end. */
export interface Broken {
  readonly state: 'interrupted' | 'failed';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly reason: string;
  readonly putBack: PutBack;
}

/** What became of the undo. */
export interface PutBack {
  /** True when the host confirmed it. */
  readonly confirmed: boolean;
  readonly message: string;
}

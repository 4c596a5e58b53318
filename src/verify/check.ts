import type { Cluster } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import type { Change } from '../plan/change.ts';

/** What one check expected, what it saw, and what to do about the difference. */
export interface CheckResult {
  /** Stable name for programs. */
  readonly check: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What is proven, as a person would say it. */
  readonly title: string;
  readonly expected: string;
  readonly saw: string;
  /** What to do; undefined when it passed. */
  readonly todo: string | undefined;
}

/** What the client said about one virtual server. */
export interface Answers {
  /** address:port of the virtual server */
  readonly service: string;
  /** Name of the real server that answered, in the order asked; `?` answered but cannot be told apart; undefined did not answer. */
  readonly sequence: readonly (string | undefined)[];
  /** Why requests failed, each reason once. */
  readonly errors: readonly string[];
  /** Real servers that gave no answer when they were asked directly, and why. */
  readonly silent: readonly { readonly name: string; readonly error: string }[];
  /**
   * Connections by real server while the client asked, as the directors' kernels count them, those of other clients
   * among them; undefined where the pages tell the real servers apart.
   */
  readonly counted: ReadonlyMap<string, number> | undefined;
}

/** Who answered ARP for one virtual address on the client's segment. */
export interface ArpAnswers {
  readonly vip: string;
  /** MAC addresses in lower case; undefined when the client is not on the segment or has no arping. */
  readonly macs: readonly string[] | undefined;
  /** Why it could not be asked. */
  readonly why: string | undefined;
}

export interface Unreadable {
  readonly host: string;
  readonly message: string;
  /** Set for a host that was read and is not fit, with what to do. */
  readonly unfit?: string;
}

/** Everything the checks judge. They are pure functions of it. */
export interface Evidence {
  readonly cluster: Cluster;
  readonly observations: ReadonlyMap<string, HostState>;
  /** Hosts that could not be read or worked on, and why. */
  readonly unreadable: readonly Unreadable[];
  /** Agents of directors that there is no other to compare with. */
  readonly uncompared: readonly { readonly host: string; readonly why: string; readonly todo: string }[];
  /** What a deploy would change now. */
  readonly open: readonly Change[];
  /** undefined when the inventory names no client, or it cannot be reached. */
  readonly client: ClientAnswers | undefined;
}

/** What is seen from the client's side. */
export interface ClientAnswers {
  readonly answers: readonly Answers[];
  readonly arp: readonly ArpAnswers[];
}

export type Check = (evidence: Evidence) => readonly CheckResult[];

export function passed(check: string, title: string, expected: string, saw: string): CheckResult {
  return { check, status: 'passed', title, expected, saw, todo: undefined };
}

export function failed(check: string, title: string, expected: string, saw: string, todo: string): CheckResult {
  return { check, status: 'failed', title, expected, saw, todo };
}

export function skipped(check: string, title: string, expected: string, why: string, todo: string): CheckResult {
  return { check, status: 'skipped', title, expected, saw: why, todo };
}

import type { HostWarning } from '../desired/warnings.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import type { Change } from '../plan/change.ts';
import type { Question } from './question.ts';

/** The result of one check. */
export interface CheckResult {
  /** Stable name for programs. */
  readonly check: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** The condition that is checked, as a sentence. */
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  /** How to resolve the difference; undefined when passed. */
  readonly fix: string | undefined;
}

/** The client's requests to one service of the kernel. */
export interface Answers {
  /** In messages. */
  readonly service: string;
  /** The name of its virtual server. */
  readonly server: string;
  /** Its name in the kernel's table. */
  readonly kernel: string;
  readonly kind: Question['kind'];
  /**
   * The real server that answered each request, in order: `?` when it cannot be identified, undefined without an answer.
   * Of datagrams `?` stands for one that was sent.
   */
  readonly sequence: readonly (string | undefined)[];
  /** Distinct reasons for failed requests. */
  readonly errors: readonly string[];
  /** Real servers that did not answer a direct request, and why. */
  readonly silent: readonly { readonly name: string; readonly error: string }[];
  /**
   * Connections per real server during the requests, as counted by the directors' kernels, including those of other
   * clients. Undefined where the pages identify the real servers.
   */
  readonly counted: ReadonlyMap<string, number> | undefined;
}

/** A virtual server, or part of one, that the client does not ask. */
export interface Unasked {
  readonly service: string;
  readonly why: string;
}

/** Who answers for one virtual address on the client's segment, by ARP or neighbour advertisements. */
export interface NeighbourAnswers {
  readonly vip: string;
  /** MAC addresses in lower case; undefined when the client is not on the segment or lacks the program. */
  readonly macs: readonly string[] | undefined;
  /** Why `macs` is undefined. */
  readonly why: string | undefined;
}

export interface Unreadable {
  readonly host: string;
  readonly message: string;
  /** Set for a host that was read and failed preflight, with the fix. */
  readonly unsuitable?: string;
}

/** The input of the checks, which are pure functions of it. */
export interface Evidence {
  readonly cluster: Cluster;
  readonly observations: ReadonlyMap<string, HostState>;
  /** Hosts that could not be read or failed preflight. */
  readonly unreadable: readonly Unreadable[];
  /** Directors whose agent program cannot be compared, because no bundled agent exists for them. */
  readonly unverified: readonly { readonly host: string; readonly why: string; readonly fix: string }[];
  /** Settings of hosts that work against the cluster. */
  readonly warnings: readonly HostWarning[];
  /** The changes that a deploy would make. */
  readonly open: readonly Change[];
  /** Undefined without a client in the inventory, or when it is unreachable. */
  readonly client: ClientAnswers | undefined;
}

/** What the client measured. */
export interface ClientAnswers {
  readonly answers: readonly Answers[];
  readonly unasked: readonly Unasked[];
  readonly neighbours: readonly NeighbourAnswers[];
}

export type Check = (evidence: Evidence) => readonly CheckResult[];

export function passed(check: string, title: string, expected: string, actual: string): CheckResult {
  return { check, status: 'passed', title, expected, actual, fix: undefined };
}

export function failed(check: string, title: string, expected: string, actual: string, fix: string): CheckResult {
  return { check, status: 'failed', title, expected, actual, fix };
}

export function skipped(check: string, title: string, expected: string, why: string, fix: string): CheckResult {
  return { check, status: 'skipped', title, expected, actual: why, fix };
}

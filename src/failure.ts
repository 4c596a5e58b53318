import { cut, cutStart } from './text/cut.ts';

/** Exit codes of the program. */
export const EXIT = {
  done: 0,
  failed: 1,
  changesPending: 2,
  inventory: 3,
  unreachable: 4,
  locked: 5,
  verify: 6,
  objective: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code says, for `--help` and docs/output.md. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: 'success, or nothing to change',
  [EXIT.failed]: 'something failed',
  [EXIT.changesPending]: 'changes pending (plan, reset --check)',
  [EXIT.inventory]: 'invalid inventory or command line',
  [EXIT.unreachable]: 'a host is unreachable',
  [EXIT.locked]: 'locked by another run, or the lock was lost',
  [EXIT.verify]: 'verify failed',
  [EXIT.objective]: 'a failover objective was missed',
  [EXIT.interrupted]: 'interrupted',
};

/**
 * Failure codes: stable names for programs that read `--json`, each with the exit code of a
 * run that ends with it.
 */
export const FAILURES = {
  auth: { exit: EXIT.unreachable, means: 'the host answered and refused the login' },
  'host-key': { exit: EXIT.unreachable, means: 'the key of the host is unknown or has changed' },
  unreachable: { exit: EXIT.unreachable, means: 'no connection' },
  'connection-lost': { exit: EXIT.unreachable, means: 'the connection was lost' },
  timeout: { exit: EXIT.unreachable, means: 'connected, but no answer in time' },
  privilege: { exit: EXIT.unreachable, means: 'neither root nor password-less sudo' },
  unsupported: { exit: EXIT.failed, means: 'an unsupported distribution, kernel or tool' },
  command: { exit: EXIT.failed, means: 'a command failed with an unexpected exit code' },
  locked: { exit: EXIT.locked, means: 'another run holds the cluster' },
  stale: { exit: EXIT.failed, means: 'a host changed between plan and apply' },
  inventory: { exit: EXIT.inventory, means: 'the inventory or the command line' },
  lab: { exit: EXIT.failed, means: 'the lab could not be built or is not up' },
  interrupted: { exit: EXIT.interrupted, means: 'interrupted by a signal' },
} as const satisfies Readonly<Record<string, { readonly exit: ExitCode; readonly means: string }>>;

export type FailureCode = keyof typeof FAILURES;

export interface FailureDetail {
  /** The fix, as a sentence. */
  readonly hint?: string;
  readonly host?: string;
  /** What was run, redacted. */
  readonly command?: string;
  readonly exitCode?: number;
  /** The whole standard error, redacted; of more than 64 KiB the end. */
  readonly stderr?: string;
  /** Whether the same call may succeed when it is simply made again. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** characters of a message and of standard error; hosts may say as much as they like */
const MESSAGE_LIMIT = 4096;
const STDERR_LIMIT = 64 * 1024;

/**
 * An external failure as one sentence. Errors of the user are `Diagnostic`s instead.
 * The CLI prints `message`, `stderr` and `hint`, and never a stack.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly detail: FailureDetail;

  constructor(code: FailureCode, message: string, detail: FailureDetail = {}) {
    super(cut(message, MESSAGE_LIMIT), { cause: detail.cause });
    this.name = 'Failure';
    this.code = code;
    const { stderr } = detail;
    this.detail = stderr === undefined ? detail : { ...detail, stderr: cutStart(stderr, STDERR_LIMIT) };
  }
}

/** @param when what was under way, as in `while connecting` */
export function interrupted(when: string): Failure {
  return new Failure('interrupted', `Interrupted ${when}.`);
}

/** The exit code a run ends with when this failure ends it. */
export function exitCodeOf(code: FailureCode): ExitCode {
  return FAILURES[code].exit;
}

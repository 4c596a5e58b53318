import { cut, cutStart } from './text/cut.ts';

/** Exit codes of the program, as documented in the README. */
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

/** Stable names of what the world can do to a run; programs that read `--json` match on them. */
export type FailureCode =
  | 'auth' // the host answered and refused the login
  | 'host-key' // the host's key is unknown or has changed
  | 'unreachable' // no connection
  | 'connection-lost' // the connection died while it was used
  | 'timeout' // connected, but no answer in time
  | 'privilege' // neither root nor password-less sudo
  | 'unsupported' // a distribution, kernel or tool that lvsctl cannot work with
  | 'command' // a command ended with an exit code that was not expected
  | 'locked' // another run holds the cluster
  | 'stale' // a host changed between plan and apply
  | 'inventory' // the inventory or the command line
  | 'lab' // the lab could not be built or is not up
  | 'interrupted';

export interface FailureDetail {
  /** What the user can do next, as a sentence. */
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
 * What the world did, told in one sentence. Mistakes of the user are `Diagnostic`s instead.
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

const EXIT_BY_CODE: Readonly<Record<FailureCode, ExitCode>> = {
  auth: EXIT.unreachable,
  'host-key': EXIT.unreachable,
  unreachable: EXIT.unreachable,
  'connection-lost': EXIT.unreachable,
  timeout: EXIT.unreachable,
  privilege: EXIT.unreachable,
  unsupported: EXIT.failed,
  command: EXIT.failed,
  locked: EXIT.locked,
  stale: EXIT.failed,
  inventory: EXIT.inventory,
  lab: EXIT.failed,
  interrupted: EXIT.interrupted,
};

/** The exit code a run ends with when this failure ends it. */
export function exitCodeOf(code: FailureCode): ExitCode {
  return EXIT_BY_CODE[code];
}

import type { Script } from '../../../keepalived/model/conf.ts';
import { describeErrno } from '../sys/errno.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Exit, Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import { readAccounts } from './accounts.ts';
import { prepare, type ScriptRules } from './prepare.ts';

const SIGKILL = 9;
const SIGTERM = 15;
/** Time between SIGTERM and SIGKILL. */
const GRACE_MS = 2000;

/** The result of a script run. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'timeout' }
  /** It could not or must not be started, with a human-readable reason. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Programs {
  /** Rereads accounts. To be called at startup and after a reload. */
  readonly configure: (defs: { readonly enable_script_security: boolean }) => void;
  /**
   * Runs a script and reports its result once, never from within this call. Runs with the same name never overlap:
   * while one is running the result is `refused`; while one is being terminated the new one waits.
   * @param timeoutMs after which the result is `timeout` and the process group gets SIGTERM, then SIGKILL 2 s later or
   * once the script itself has exited
   */
  readonly check: (name: string, script: Script, timeoutMs: number, onEnd: (end: ProgramEnd) => void) => void;
  /** Terminates a script started by `check`, if it is running, without calling `onEnd`. */
  readonly abandon: (name: string) => void;
  /** Starts a script without waiting for it. Failures are logged. */
  readonly notify: (script: Script, args: readonly string[]) => void;
  /** Starts a long-running script. Returns its pid or a reason for refusal; `ended` is called once. */
  readonly start: (script: Script, args: readonly string[], ended: (exit: Exit) => void) => number | string;
  /** Why a script would currently be refused, or undefined. Logged at startup. */
  readonly refusal: (script: Script) => string | undefined;
  /** Terminates scripts started by `check`, but not those started by `notify`. */
  readonly close: () => void;
  /** Sends SIGTERM to the process groups of running `notify` scripts, without waiting. */
  readonly dismiss: () => void;
}

interface Run {
  readonly pid: number;
  /** Timer for the timeout, then for SIGKILL. */
  timer: Timer;
  /** Undefined once the result has been reported or the run was cancelled: it is being terminated. */
  onEnd: ((end: ProgramEnd) => void) | undefined;
  /** Started after this one has exited. */
  following: (() => void) | undefined;
}

export function openPrograms(sys: Sys, loop: Loop, journal: Journal): Programs {
  const runs = new Map<string, Run>();
  const notified = new Map<number, Script>();
  let strict = false;
  let cachedRules: ScriptRules | undefined;
  const rules = (): ScriptRules => (cachedRules ??= { accounts: readAccounts(sys), strict });

  const start = (script: Script, args: readonly string[], ended: (exit: Exit) => void): number | string => {
    const spec = prepare(sys, rules(), script, args);
    if (typeof spec === 'string') return spec;
    const pid = sys.spawn({ ...spec, stdio: [undefined, undefined, undefined] });
    if (pid < 0) return `${spec.argv[0] ?? ''}: ${describeErrno(pid)}`;
    loop.onExit(pid, ended);
    return pid;
  };

  /** Every program runs in its own session, so its process group id equals its pid. */
  const signal = (pid: number, number: number): void => {
    call(sys, 'kill', -pid, number);
  };

  const stop = (run: Run): void => {
    run.timer.cancel();
    signal(run.pid, SIGTERM);
    run.timer = loop.at(loop.now() + GRACE_MS, () => signal(run.pid, SIGKILL));
  };

  const report = (run: Run, end: ProgramEnd): void => {
    const { onEnd } = run;
    run.onEnd = undefined;
    onEnd?.(end);
  };

  const check: Programs['check'] = (name, script, timeoutMs, onEnd) => {
    const refuse = (reason: string): void => {
      loop.at(loop.now(), () => onEnd({ kind: 'refused', reason }));
    };
    const former = runs.get(name);
    if (former?.onEnd !== undefined) {
      refuse('the previous run is still in progress');
      return;
    }
    if (former !== undefined) {
      former.following = () => check(name, script, timeoutMs, onEnd);
      return;
    }
    const pid = start(script, [], (exit) => {
      const run = runs.get(name);
      runs.delete(name);
      if (run === undefined) return;
      run.timer.cancel();
      // Processes that it started may have ignored SIGTERM.
      if (run.onEnd === undefined) signal(run.pid, SIGKILL);
      report(run, endOf(exit));
      run.following?.();
    });
    if (typeof pid === 'string') {
      refuse(pid);
      return;
    }
    const timer = loop.at(loop.now() + timeoutMs, () => {
      const run = runs.get(name);
      if (run === undefined) return;
      stop(run);
      report(run, { kind: 'timeout' });
    });
    runs.set(name, { pid, timer, onEnd, following: undefined });
  };

  const abandon = (name: string): void => {
    const run = runs.get(name);
    if (run === undefined) return;
    run.following = undefined;
    if (run.onEnd === undefined) return;
    run.onEnd = undefined;
    stop(run);
  };

  const notify: Programs['notify'] = (script, args) => {
    const pid = start(script, args, (exit) => {
      if (typeof pid === 'number') notified.delete(pid);
      if (exit.code !== 0) journal.log('warning', `script ${nameOf(script)} ${describeExit(exit)}`);
    });
    if (typeof pid === 'string') journal.log('error', `script ${nameOf(script)} could not be run: ${pid}`);
    else notified.set(pid, script);
  };

  return {
    configure: (defs) => {
      strict = defs.enable_script_security;
      cachedRules = undefined;
    },
    check,
    abandon,
    notify,
    start,
    refusal: (script) => {
      const spec = prepare(sys, rules(), script, []);
      return typeof spec === 'string' ? spec : undefined;
    },
    close: () => {
      for (const name of runs.keys()) abandon(name);
    },
    dismiss: () => {
      for (const [pid, script] of notified) {
        journal.log('warning', `terminating script ${nameOf(script)}, which is still running`);
        signal(pid, SIGTERM);
      }
    },
  };
}

function endOf(exit: Exit): ProgramEnd {
  return exit.code === undefined
    ? { kind: 'signalled', signal: exit.signal ?? 0 }
    : { kind: 'exited', code: exit.code };
}

/** For example "exited with status 3". */
export function describeExit(exit: Exit): string {
  return exit.code === undefined ? `was killed by signal ${exit.signal ?? 0}` : `exited with status ${exit.code}`;
}

/** Without arguments, which may contain secrets. */
export function nameOf(script: Script): string {
  return script.argv[0] ?? '';
}

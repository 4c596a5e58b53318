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
/** Between the question and the order to end. */
const GRACE_MS = 2000;

/** How a run of a script that was waited for came out. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'timeout' }
  /** It could not be started, or must not be: `reason` in words. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Programs {
  /** Reads the accounts anew; to be called at the start and after a reload. */
  readonly configure: (defs: { readonly enable_script_security: boolean }) => void;
  /**
   * Runs a script and tells its end: once, and never from within this call. It is never run beside itself: while one of
   * this name is at work the end is `refused`; while one is being ended, this one waits for that.
   * @param timeoutMs after it the end is `timeout`; the script and all that it started is asked to end (SIGTERM), and
   * killed if it is still there 2 s later; what it started is killed when it has ended itself
   */
  readonly check: (name: string, script: Script, timeoutMs: number, onEnd: (end: ProgramEnd) => void) => void;
  /** Ends a script that `check` began: `onEnd` is not called. One that is not there is no mistake. */
  readonly abandon: (name: string) => void;
  /** Starts a script and does not wait for it. What went wrong is logged. */
  readonly notify: (script: Script, args: readonly string[]) => void;
  /** Starts one that is to run for long: its pid, or the reason why not. `ended` is called once. */
  readonly start: (script: Script, args: readonly string[], ended: (exit: Exit) => void) => number | string;
  /** Why a script would not be run now, or undefined: for the journal at the start. */
  readonly refusal: (script: Script) => string | undefined;
  /** Asks the scripts that are waited for to end; those of `notify` go on. */
  readonly close: () => void;
  /** Asks the scripts of `notify` that have not ended, and all that they started, to end; nobody waits for that. */
  readonly dismiss: () => void;
}

interface Run {
  readonly pid: number;
  /** The time-out, and then the grace. */
  timer: Timer;
  /** Undefined once its end was told, or nobody wants to know: it is being ended. */
  onEnd: ((end: ProgramEnd) => void) | undefined;
  /** What is to be run once this one is gone. */
  following: (() => void) | undefined;
}

export function openPrograms(sys: Sys, loop: Loop, journal: Journal): Programs {
  const runs = new Map<string, Run>();
  const notified = new Map<number, Script>();
  let strict = false;
  let known: ScriptRules | undefined;
  const rules = (): ScriptRules => (known ??= { accounts: readAccounts(sys), strict });

  const start = (script: Script, args: readonly string[], ended: (exit: Exit) => void): number | string => {
    const spec = prepare(sys, rules(), script, args);
    if (typeof spec === 'string') return spec;
    const pid = sys.spawn({ ...spec, stdio: [undefined, undefined, undefined] });
    if (pid < 0) return `${spec.argv[0] ?? ''}: ${describeErrno(pid)}`;
    loop.onExit(pid, ended);
    return pid;
  };

  /** A host gives each program a session of its own, hence a group of this number. */
  const signal = (pid: number, number: number): void => {
    call(sys, 'kill', -pid, number);
  };

  const stop = (run: Run): void => {
    run.timer.cancel();
    signal(run.pid, SIGTERM);
    run.timer = loop.at(loop.now() + GRACE_MS, () => signal(run.pid, SIGKILL));
  };

  const tell = (run: Run, end: ProgramEnd): void => {
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
      refuse('it is still at work from the time before');
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
      // It was told to end, and what it had started may not have listened.
      if (run.onEnd === undefined) signal(run.pid, SIGKILL);
      tell(run, endOf(exit));
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
      tell(run, { kind: 'timeout' });
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
    if (typeof pid === 'string') journal.log('error', `script ${nameOf(script)} was not run: ${pid}`);
    else notified.set(pid, script);
  };

  return {
    configure: (defs) => {
      strict = defs.enable_script_security;
      known = undefined;
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
        journal.log('warning', `script ${nameOf(script)} is still at work, and is asked to end`);
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

/** As "ended with code 3": how a program that nobody waited for came out. */
export function describeExit(exit: Exit): string {
  return exit.code === undefined ? `was ended by signal ${exit.signal ?? 0}` : `ended with code ${exit.code}`;
}

/** Not its arguments: they may hold what is nobody's business. */
export function nameOf(script: Script): string {
  return script.argv[0] ?? '';
}

import type { Script } from '../../core/conf/model.ts';

/** How a run of a script that was waited for came out. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'timeout' }
  /** It could not be started, or must not be: `reason` in words. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Programs {
  /**
   * Runs a script and waits for its end. `false`, and no call of `onEnd`, when one of this name is still at work.
   * @param timeoutMs after it the script's session is asked to end (SIGTERM), and killed when it has not soon after.
   */
  readonly check: (name: string, script: Script, timeoutMs: number, onEnd: (end: ProgramEnd) => void) => boolean;
  /** Forgets a script that `check` began, and ends it: `onEnd` is not called. */
  readonly abandon: (name: string) => void;
  /** Starts a script and does not wait for it. */
  readonly notify: (script: Script, args: readonly string[]) => void;
  /** Why a script is not going to be run, or undefined: for the log at the start. */
  readonly refusal: (script: Script) => string | undefined;
  /** Kills the scripts that are waited for; notify scripts go on. */
  readonly close: () => void;
}

import type { ScriptUser } from './model/conf.ts';

/** The host that a configuration is checked against. */
export interface ConfHost {
  readonly hasInterface: (name: string) => boolean;
  /** `default` asks for keepalived_script. */
  readonly hasAccount: (user: ScriptUser) => boolean;
  readonly program: (argv0: string, user: ScriptUser) => ProgramState;
}

/**
 * - `absent`: it does not exist at its path or in the search path.
 * - `not-executable`: it exists but cannot be run.
 * - `insecure`: a user other than root could change what root runs.
 */
export type ProgramState = 'runs' | 'absent' | 'not-executable' | 'insecure';

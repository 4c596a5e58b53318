import type { ScriptUser } from './model/conf.ts';

/** What a configuration says of the host that it is for is judged by what the host says. */
export interface ConfHost {
  readonly hasInterface: (name: string) => boolean;
  /** `default` asks for keepalived_script. */
  readonly hasAccount: (user: ScriptUser) => boolean;
  readonly program: (argv0: string, user: ScriptUser) => ProgramState;
}

/**
 * - `absent`: nothing is at its path, or in no directory of those that programs are looked for in.
 * - `not-executable`: something is there, and cannot be run.
 * - `insecure`: another than root could change what root runs.
 */
export type ProgramState = 'runs' | 'absent' | 'not-executable' | 'insecure';

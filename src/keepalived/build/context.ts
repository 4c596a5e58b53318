import type { GlobalDefs, Script, ScriptUser } from '../model/conf.ts';
import type { Reporter } from '../reporter.ts';
import type { ConfEnv } from '../source.ts';
import type { InterfaceJudge } from '../judge/interfaces.ts';
import type { NextPreference } from './rules.ts';
import type { ScriptSites } from './script.ts';
import type { GarpConf, VrrpGlobals } from '../model/vrrp.ts';

/** The context for building every part of the model. */
export interface Context {
  readonly env: ConfEnv;
  readonly say: Reporter;
  readonly scriptUser: ScriptUser;
  readonly sites: ScriptSites;
  readonly globals: Globals;
  readonly nextPreference: NextPreference;
  readonly interfaces: InterfaceJudge;
}

export type FifoScripts = Readonly<Record<'notify_fifo' | 'vrrp_notify_fifo' | 'lvs_notify_fifo', Script | undefined>>;

/** All of global_defs; the model has it in two places, and parts of it in every instance. */
export interface Globals {
  readonly defs: GlobalDefs;
  /** Programs of FIFOs, whether or not the FIFO exists. */
  readonly fifo_scripts: FifoScripts;
  readonly vrrp: VrrpGlobals;
  readonly garp: GarpConf;
  readonly version: 2 | 3;
  readonly default_interface: string;
  readonly down_timer_adverts: number;
  readonly notify_priority_changes: boolean;
  readonly checker_log_all_failures: boolean;
}

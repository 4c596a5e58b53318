import type { Instant } from '../../core/step.ts';
import { type VrrpStatus, vrrpStatus } from '../../core/vrrp/status.ts';
import { type HealthStatus, healthStatus } from './health-status.ts';
import type { MachineState } from '../machine.ts';
import { VERSION } from '../version.ts';

/** How the last reading of the configuration came out. */
export interface ConfStatus {
  readonly file: string;
  /** Of what runs, which is not what is on the disk after a reload that was refused. */
  readonly digest: string;
  readonly read: string;
  /** Mistakes of what runs: it is run without what they are about. */
  readonly ignored: readonly string[];
  /** The last SIGHUP; null before the first. */
  readonly reload: { readonly at: string; readonly accepted: boolean; readonly said: readonly string[] } | null;
}

/** The document of the status socket. Instants are milliseconds of CLOCK_MONOTONIC, as `now` is. */
export interface Status {
  readonly engine: 'lvs-agent';
  readonly version: string;
  readonly pid: number;
  readonly started: string;
  readonly time: string;
  readonly now: Instant;
  readonly configuration: ConfStatus;
  /** What is wrong at the moment, in words. */
  readonly problems: readonly string[];
  readonly vrrp: VrrpStatus;
  readonly health: HealthStatus;
}

export function statusOf(state: MachineState, facts: Omit<Status, 'engine' | 'version' | 'vrrp' | 'health'>): Status {
  return {
    engine: 'lvs-agent',
    version: VERSION,
    ...facts,
    vrrp: vrrpStatus(state.vrrp),
    health: healthStatus(state.health),
  };
}

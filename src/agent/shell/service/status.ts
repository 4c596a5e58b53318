import type { Instant } from '../../core/step.ts';
import { type VrrpStatus, vrrpStatus } from '../../core/vrrp/status.ts';
import { type HealthStatus, healthStatus } from './health-status.ts';
import type { MachineState } from '../machine.ts';
import { VERSION } from '../version.ts';

/** The state of the configuration. */
export interface ConfStatus {
  readonly file: string;
  /** Digest of the running configuration, which differs from the files after a rejected reload. */
  readonly digest: string;
  readonly read: string;
  /** Errors in the running configuration, whose affected parts are ignored. */
  readonly ignored: readonly string[];
  /** The last SIGHUP; null before the first. */
  readonly reload: { readonly at: string; readonly accepted: boolean; readonly said: readonly string[] } | null;
}

/** The document of the status socket. Instants, like `now`, are milliseconds of CLOCK_MONOTONIC. */
export interface Status {
  readonly engine: 'lvs-agent';
  readonly version: string;
  readonly pid: number;
  readonly started: string;
  readonly time: string;
  readonly now: Instant;
  readonly configuration: ConfStatus;
  /** Open problems. */
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

import type { CheckConf, Checker } from '../../../keepalived/model/check.ts';
import type { Script, StopFlush } from '../../../keepalived/model/conf.ts';
import type { IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import type { CancelTimer, Instant, Log, Mail, SetTimer } from '../step.ts';
import type { ProbeResult } from '../probe/probe.ts';

/** Inputs of the health-check state machine. */
export type HealthEvent =
  /**
   * `kernel` is the current table; correct entries are not touched. `owned` are services created by a previous agent,
   * removed if no longer configured. `seed` randomizes the first checks.
   */
  | {
      readonly kind: 'start';
      readonly at: Instant;
      readonly conf: CheckConf;
      readonly kernel: Table;
      readonly owned?: readonly ServiceId[];
      readonly seed: number;
      readonly flush: boolean;
    }
  /** Real servers in both configurations keep their state; only differences are applied. */
  | { readonly kind: 'reload'; readonly at: Instant; readonly conf: CheckConf; readonly kernel: Table }
  | { readonly kind: 'stop'; readonly at: Instant; readonly flush: StopFlush; readonly kernel: Table }
  | { readonly kind: 'timer'; readonly at: Instant; readonly id: string }
  /** The result of a requested probe. */
  | { readonly kind: 'probed'; readonly at: Instant; readonly id: string; readonly result: ProbeResult }
  /** The number in the file of a FILE_CHECK; undefined if it cannot be read. */
  | { readonly kind: 'file'; readonly at: Instant; readonly file: string; readonly value: number | undefined }
  /** ha_suspend: checkers are suspended while the address of their service is absent from this host. */
  | { readonly kind: 'address'; readonly at: Instant; readonly address: string; readonly present: boolean };

export type HealthEffect =
  | SetTimer
  | CancelTimer
  | Log
  | Mail
  /** Starts a probe. It is always answered by one `probed` event with this id, within the checker's timeouts. */
  | { readonly kind: 'probe'; readonly id: string; readonly checker: Checker }
  /** Cancels a probe; no `probed` event follows. */
  | { readonly kind: 'abandon'; readonly id: string }
  | { readonly kind: 'ipvs'; readonly changes: readonly IpvsChange[] }
  | { readonly kind: 'run'; readonly script: Script; readonly args: readonly string[] }
  /** A line for the notify FIFOs, such as `RS [192.0.2.1]:tcp:80 [192.0.2.9]:tcp:80 DOWN`. */
  | { readonly kind: 'fifo'; readonly line: string };

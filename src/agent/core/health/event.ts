import type { CheckConf, Checker } from '../../../keepalived/model-check.ts';
import type { Script, StopFlush } from '../../../keepalived/model.ts';
import type { IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import type { CancelTimer, Instant, Log, SetTimer } from '../step.ts';
import type { ProbeResult } from '../probe/probe.ts';

/** All that can happen to the virtual servers. */
export type HealthEvent =
  /**
   * `kernel` is the table as it is: what is right already is not touched. `owned` are services that an agent before this
   * one has made: they go when nothing wants them. `seed` spreads the first checks.
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
  /** Real servers that are in both keep their health; only what differs is changed. */
  | { readonly kind: 'reload'; readonly at: Instant; readonly conf: CheckConf; readonly kernel: Table }
  | { readonly kind: 'stop'; readonly at: Instant; readonly flush: StopFlush; readonly kernel: Table }
  | { readonly kind: 'timer'; readonly at: Instant; readonly id: string }
  /** What a probe that was asked for came to. */
  | { readonly kind: 'probed'; readonly at: Instant; readonly id: string; readonly result: ProbeResult }
  /** The number in the file of a FILE_CHECK; undefined when it cannot be read. */
  | { readonly kind: 'file'; readonly at: Instant; readonly file: string; readonly value: number | undefined }
  /** ha_suspend: the checkers of a service rest while its address is not here. */
  | { readonly kind: 'address'; readonly at: Instant; readonly address: string; readonly present: boolean };

export type HealthEffect =
  | SetTimer
  | CancelTimer
  | Log
  /** Begin a probe. One `probed` with this id comes back, whatever happens, within the checker's own time-outs. */
  | { readonly kind: 'probe'; readonly id: string; readonly checker: Checker }
  /** Forget a probe: nothing comes back of it. */
  | { readonly kind: 'abandon'; readonly id: string }
  | { readonly kind: 'ipvs'; readonly changes: readonly IpvsChange[] }
  | { readonly kind: 'run'; readonly script: Script; readonly args: readonly string[] }
  /** A line for the notify FIFOs, as `RS [192.0.2.1]:tcp:80 [192.0.2.9]:tcp:80 DOWN`. */
  | { readonly kind: 'fifo'; readonly line: string }
  | { readonly kind: 'mail'; readonly subject: string; readonly body: string };

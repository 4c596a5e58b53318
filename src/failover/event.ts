import type { Failure } from '../failure.ts';
import type { FaultName } from './options.ts';
import type { ScenarioResult } from './report.ts';

/** Progress of a test, in order. */
export type FailoverEvent =
  /** Faults that a killed run left behind; they have been undone. */
  | { readonly kind: 'cleaned-up'; readonly host: string; readonly faults: readonly string[] }
  | { readonly kind: 'waiting-for-health'; readonly fault: FaultName }
  /** The host undoes the fault by itself within this time, whatever happens to lvsctl. */
  | { readonly kind: 'armed'; readonly fault: FaultName; readonly host: string; readonly undoneWithinMs: number }
  | { readonly kind: 'injected'; readonly fault: FaultName; readonly title: string; readonly host: string }
  | { readonly kind: 'owners'; readonly owners: readonly string[] }
  | { readonly kind: 'putting-back'; readonly fault: FaultName; readonly host: string; readonly interrupted: boolean }
  | { readonly kind: 'put-back'; readonly fault: FaultName; readonly host: string; readonly message: string }
  | { readonly kind: 'settling'; readonly fault: FaultName }
  | { readonly kind: 'scenario'; readonly result: ScenarioResult }
  /** At the end of the test. A host with a fault keeps trying to undo it by itself. */
  | {
      readonly kind: 'clean-up-failed';
      readonly hosts: readonly { readonly host: string; readonly failure: Failure }[];
    };

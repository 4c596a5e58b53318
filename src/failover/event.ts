import type { Failure } from '../failure.ts';
import type { FaultName } from './options.ts';
import type { ScenarioResult } from './report.ts';

/** What happens while a test runs, as it happens; each can be written as one line of JSON. */
export type FailoverEvent =
  /** An earlier run was killed while this was broken; it has been put back now. */
  | { readonly kind: 'cleaned-up'; readonly host: string; readonly faults: readonly string[] }
  | { readonly kind: 'waiting-for-health'; readonly fault: FaultName }
  /** The host puts itself back within this time, whatever becomes of lvsctl. */
  | { readonly kind: 'armed'; readonly fault: FaultName; readonly host: string; readonly undoneWithinMs: number }
  | { readonly kind: 'injected'; readonly fault: FaultName; readonly title: string; readonly host: string }
  | { readonly kind: 'owners'; readonly owners: readonly string[] }
  | { readonly kind: 'putting-back'; readonly fault: FaultName; readonly host: string; readonly interrupted: boolean }
  | { readonly kind: 'put-back'; readonly fault: FaultName; readonly host: string; readonly message: string }
  | { readonly kind: 'settling'; readonly fault: FaultName }
  | { readonly kind: 'scenario'; readonly result: ScenarioResult }
  /** At the end of the test; what is still broken there goes on being undone by the host itself. */
  | {
      readonly kind: 'clean-up-failed';
      readonly hosts: readonly { readonly host: string; readonly failure: Failure }[];
    };

import type { ApplyEvent } from '../apply/outcome.ts';
import type { ObserveEvent } from '../observe/observe.ts';

/** Events of a run; the CLI turns them into progress, plain lines or JSON. */
export type RunEvent =
  | { readonly type: 'connecting'; readonly hosts: readonly string[] }
  | { readonly type: 'host'; readonly host: string; readonly state: 'connected' }
  | ObserveEvent
  | { readonly type: 'pushing'; readonly hosts: readonly string[] }
  | { readonly type: 'locking'; readonly hosts: readonly string[] }
  | { readonly type: 'verifying' }
  | ApplyEvent;

export type Report = (event: RunEvent) => void;

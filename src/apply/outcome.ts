import type { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';

/** Result of one change. An apply reports one for each change of its plan, whatever happens. */
export type Outcome =
  | { readonly change: Change; readonly status: 'done' }
  | { readonly change: Change; readonly status: 'failed'; readonly failure: Failure }
  | { readonly change: Change; readonly status: 'skipped'; readonly because: string };

export type ApplyEvent =
  | {
      readonly type: 'wave';
      readonly index: number;
      readonly count: number;
      readonly title: string;
      readonly hosts: readonly string[];
    }
  | { readonly type: 'change'; readonly state: 'started' | 'done' | 'failed'; readonly change: Change }
  | { readonly type: 'note'; readonly host: string; readonly text: string }
  | { readonly type: 'checking'; readonly hosts: readonly string[] };

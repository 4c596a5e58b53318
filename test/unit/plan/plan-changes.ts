import type { Change } from '../../../src/plan/change.ts';
import { type Plan, planOf } from '../../../src/plan/plan.ts';

/** A change that is described by what a test cares about. */
export function changeOf(given: Partial<Change>): Change {
  return {
    host: 'dr1',
    role: 'director',
    kind: 'file',
    key: '/etc/a',
    action: 'update',
    fields: [],
    reason: undefined,
    disruptive: false,
    causes: [],
    secrets: [],
    advice: undefined,
    steps: [],
    ...given,
  };
}

export function planWith(...changes: readonly Change[]): Plan {
  return planOf(['dr1', 'dr2', 'rs1'], changes, [], 'dr1');
}

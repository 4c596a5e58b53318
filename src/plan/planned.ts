import type { ClusterState } from '../observe/cluster-state.ts';
import type { Want } from '../resources/kinds.ts';
import type { Change } from './change.ts';
import type { Plan } from './plan.ts';

/** A plan, and what it was made of. */
export interface Planned {
  readonly state: ClusterState;
  /** By host, without those that nothing can be done with. */
  readonly wants: ReadonlyMap<string, readonly Want[]>;
  /** All that is not as it must be, hosts in the order of the inventory. */
  readonly changes: readonly Change[];
  readonly plan: Plan;
}

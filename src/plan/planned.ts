import type { ClusterState } from '../observe/cluster-state.ts';
import type { Want } from '../resources/kinds.ts';
import type { Change } from './change.ts';
import type { Plan } from './plan.ts';

/** A plan with its inputs. */
export interface Planned {
  readonly state: ClusterState;
  /** By host, without those that fail preflight. */
  readonly wants: ReadonlyMap<string, readonly Want[]>;
  /** All changes, in the order of the inventory. */
  readonly changes: readonly Change[];
  readonly plan: Plan;
}

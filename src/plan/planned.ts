import type { Member } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import type { Watchlist } from '../observe/watchlist.ts';
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
  /** What was observed, where it is not all that lvsctl may manage. */
  readonly watch?: (member: Member) => Watchlist;
}

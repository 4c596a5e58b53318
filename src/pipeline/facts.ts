import type { HostState } from '../observe/cluster-state.ts';
import type { Plan } from '../plan/plan.ts';
import type { Report } from './event.ts';
import { plan } from './plan.ts';
import type { Session } from './session.ts';

export interface ClusterFacts {
  readonly hosts: ReadonlyMap<string, HostState>;
  /** Hosts that could not be read or failed preflight. */
  readonly unreadable: Plan['unreadable'];
}

/** Facts about the hosts and the result of preflight. @throws Failure `interrupted` */
export async function facts(session: Session, report: Report, signal: AbortSignal): Promise<ClusterFacts> {
  const { state, plan: made } = await plan(session, report, signal);
  return { hosts: state.hosts, unreadable: made.unreadable };
}

import { withAgentsOf } from '../bundle/agents.ts';
import { withBundle } from '../desired/bundle-source.ts';
import { type DesiredOptions, desired } from '../desired/desired.ts';
import { withSources } from '../desired/chosen-source.ts';
import { chooseEngines } from '../desired/engine.ts';
import { preflight } from '../desired/preflight.ts';
import { warningsOf } from '../desired/warnings.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import { clusterChanges } from '../plan/cluster-changes.ts';
import { planCluster } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { refusalsIn } from '../plan/refusal.ts';
import type { AgentPrograms } from '../render/agent-program.ts';
import type { Report } from './event.ts';
import { observe } from './observe.ts';
import type { Session } from './session.ts';

/** What a deploy would change. @throws Failure `interrupted` */
export async function plan(session: Session, report: Report, signal: AbortSignal): Promise<Planned> {
  const state = await observe(session, report, signal);
  const { flushUnmanaged, agents } = session;
  const bundle = session.bundle?.();
  return planFor(session.cluster, state, withAgentsOf(bundle, agents), { flushUnmanaged, bundle });
}

/** The stages between observe and apply. They contact no host. */
export function planFor(
  cluster: Cluster,
  observed: ClusterState,
  agents: AgentPrograms,
  options?: DesiredOptions,
): Planned {
  const state = withSources(cluster, withBundle(observed, options?.bundle));
  const choices = chooseEngines(cluster, state, agents, options?.bundle);
  const unsupported = preflight(cluster, state, choices);
  const engines = without(choices, unsupported);
  const every = desired(cluster, state, engines, unsupported, options);
  const refused = refusalsIn(cluster, state, every);
  const wants = without(every, refused);
  const changes = clusterChanges(cluster, state, wants);
  const impossible = new Map([...unsupported, ...refused]);
  const made = planCluster(cluster, state, engines, impossible, changes, warningsOf(cluster, state, wants));
  return { state, wants, changes, plan: made };
}

function without<T>(all: ReadonlyMap<string, T>, hosts: ReadonlyMap<string, unknown>): ReadonlyMap<string, T> {
  return new Map([...all].filter(([host]) => !hosts.has(host)));
}

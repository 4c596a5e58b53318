import { type FormerWants, formerWants } from '../desired/former.ts';
import { Failure } from '../failure.ts';
import type { Member } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import { WATCH_ORIGIN, watchFormers } from '../observe/watch-formers.ts';
import type { Watchlist } from '../observe/watchlist.ts';
import type { Change } from '../plan/change.ts';
import { clusterChanges } from '../plan/cluster-changes.ts';
import { type LeftResource, withoutLeft } from '../plan/left.ts';
import { masterOf } from '../plan/master.ts';
import type { Plan } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { wavesBack } from '../plan/waves-back.ts';
import { type DeployOptions, type DeployResult, deploy } from './deploy.ts';
import type { Report } from './event.ts';
import { observe } from './observe.ts';
import type { Session } from './session.ts';

/** A plan of the way back, and what it does not reach. */
export interface ResetPlan {
  readonly plan: Plan;
  readonly left: readonly LeftResource[];
  /** Hosts that lvsctl never changed, as far as they know. */
  readonly withoutRecord: readonly string[];
}

interface PlannedReset extends ResetPlan, Planned {}

export interface ResetOptions extends Pick<DeployOptions, 'owner' | 'generation' | 'report' | 'signal'> {
  readonly confirm: (planned: ResetPlan) => Promise<boolean>;
  /** @param remaining what is not yet as before, when observed again */
  readonly prove: (outcomes: Parameters<DeployOptions['prove']>[0], remaining: readonly Change[]) => Promise<void>;
}

export interface ResetResult {
  readonly result: DeployResult;
  readonly planned: ResetPlan;
}

/** Brings the hosts back to the state before lvsctl. @throws Failure: `locked`, `stale`, or of the transport. */
export async function reset(session: Session, options: ResetOptions): Promise<ResetResult> {
  const { report, signal } = options;
  let planned: PlannedReset | undefined;
  const latest = (): PlannedReset => {
    if (planned === undefined) throw new TypeError('a reset that was not planned');
    return planned;
  };
  const result = await deploy(session, {
    ...options,
    allowRemovals: true,
    plan: async () => (planned = await planReset(session, report, signal)),
    confirm: () => options.confirm(latest()),
    prove: async (outcomes) => options.prove(outcomes, await remaining(session, latest(), options)),
  });
  return { result, planned: latest() };
}

/** What a reset would change. @throws Failure `interrupted` */
export async function planReset(session: Session, report: Report, signal: AbortSignal): Promise<PlannedReset> {
  const { cluster } = session;
  const { hosts: recorded, unreadable } = await observe(session, report, signal, () => WATCH_ORIGIN);
  const restored = new Map<string, FormerWants>();
  const broken = new Map<string, Failure>();
  for (const member of session.members) {
    const { name } = member.host;
    const origin = recorded.get(name)?.facts.origin;
    if (origin === undefined) continue;
    const wants = formerWants(cluster, member, origin);
    if (wants instanceof Failure) broken.set(name, wants);
    else restored.set(name, wants);
  }
  const members = session.members.filter(({ host }) => restored.has(host.name));
  const watch = (member: Member): Watchlist =>
    watchFormers(
      cluster,
      member,
      (restored.get(member.host.name) ?? []).map((one) => one.watch),
    );
  const state = await observe({ ...session, members, unreachable: [] }, report, signal, watch);
  return {
    ...settle(session, { ...state, unreadable: [...unreadable, ...state.unreadable] }, restored, broken),
    watch,
    withoutRecord: session.members.flatMap(({ host: { name } }) =>
      recorded.has(name) && recorded.get(name)?.facts.origin === undefined ? [name] : [],
    ),
  };
}

function settle(
  { cluster, members }: Session,
  state: ClusterState,
  restored: ReadonlyMap<string, FormerWants>,
  broken: ReadonlyMap<string, Failure>,
): Omit<PlannedReset, 'withoutRecord'> {
  const wantsOf = (hosts: ReadonlySet<string>) =>
    new Map(
      [...restored].map(([name, all]) => [
        name,
        all.filter(({ turn }) => turn !== 'forget' || !hosts.has(name)).map(({ want }) => want),
      ]),
    );
  const { left } = withoutLeft(cluster, state, wantsOf(new Set()));
  // A later reset needs the record of a host where something is left.
  const unfinished = new Set(left.filter(({ needsRecord }) => needsRecord).map(({ host }) => host));
  const { wants } = withoutLeft(cluster, state, wantsOf(unfinished));
  const changes = clusterChanges(cluster, state, wants);
  const plan: Plan = {
    waves: wavesBack(changes, masterOf(cluster, state)),
    unreadable: [...state.unreadable, ...[...broken].map(([host, failure]) => ({ host, failure }))],
    hosts: members.map(({ host }) => host.name),
    engines: [],
    warnings: [],
  };
  return { state, wants, changes, plan, left };
}

async function remaining(
  session: Session,
  { wants, watch }: PlannedReset,
  { report, signal }: ResetOptions,
): Promise<readonly Change[]> {
  const members = session.members.filter(({ host }) => wants.has(host.name));
  const state = await observe({ ...session, members, unreachable: [] }, report, signal, watch);
  const [lost] = state.unreadable;
  if (lost !== undefined) throw lost.failure;
  return clusterChanges(session.cluster, state, wants);
}

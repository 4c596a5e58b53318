import { desired } from '../desired/desired.ts';
import { type Known, NOTHING_KNOWN } from '../desired/known.ts';
import { Failure } from '../failure.ts';
import { type Cluster, isDirector } from '../inventory/cluster.ts';
import { unfit } from '../observe/fitness.ts';
import { interfaceOf } from '../observe/facts.ts';
import { type Observation, observe } from '../observe/observe.ts';
import { filesOf } from '../render/files.ts';
import type { Want } from '../resources/kinds.ts';
import type { ServiceHave } from '../resources/service.ts';
import type { Report } from './event.ts';
import { interrupted } from './interrupted.ts';
import type { Member, Session } from './session.ts';

/** All that was seen in one look at a cluster, and what each host must be in its light. */
export interface Look {
  readonly observations: ReadonlyMap<string, Observation>;
  readonly wants: ReadonlyMap<string, readonly Want[]>;
  readonly unreadable: readonly { readonly host: string; readonly failure: Failure }[];
  /** The director that holds the virtual addresses now, or will once all are well. */
  readonly master: string | undefined;
}

/**
 * Observes every connected host in one round trip each, in parallel, then decides what each must be. A host that cannot
 * be read is told in `unreadable`.
 * @throws Failure `interrupted`
 */
export async function look(session: Session, report: Report, signal: AbortSignal): Promise<Look> {
  const { cluster } = session;
  const vips = cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => address);
  const observations = new Map<string, Observation>();
  const unreadable = [...session.unreachable];
  await Promise.all(
    session.members.map(async (member) => {
      const { name } = member.host;
      const transport = session.transports.get(name);
      if (transport === undefined) return;
      try {
        const wants = wantsOf(cluster, member, NOTHING_KNOWN);
        observations.set(name, await observe(transport, wants, member.role === 'director' ? vips : [], signal));
        report({ type: 'host', host: name, state: 'observed' });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (signal.aborted) return;
        unreadable.push({ host: name, failure: error });
        report({ type: 'host', host: name, state: 'failed', message: error.message });
      }
    }),
  );
  if (signal.aborted) throw interrupted('while looking at the hosts');
  const wants = new Map<string, readonly Want[]>();
  for (const member of session.members) {
    const observation = observations.get(member.host.name);
    if (observation === undefined) continue;
    const failure = unfit(member.host, member.role, observation.facts);
    if (failure === undefined)
      wants.set(member.host.name, wantsOf(cluster, member, knownOf(cluster, member, observations)));
    else unreadable.push({ host: member.host.name, failure });
  }
  return { observations, wants, unreadable, master: masterOf(cluster, observations) };
}

function wantsOf(cluster: Cluster, member: Member, known: Known): readonly Want[] {
  const files = filesOf(cluster, member.host, { interface: known.interface });
  return desired(cluster, member.role, files, known);
}

function knownOf(cluster: Cluster, member: Member, observations: ReadonlyMap<string, Observation>): Known {
  const facts = observations.get(member.host.name)?.facts;
  const keepalived = observations.get(member.host.name)?.have.get('service')?.get('keepalived.service') as
    ServiceHave | undefined;
  const named = isDirector(member.host) && member.host.interface !== 'auto' ? member.host.interface : undefined;
  return {
    platform: facts?.platform,
    interface: named ?? (facts === undefined ? undefined : interfaceOf(facts, member.host.address)) ?? 'eth0',
    backup: facts?.vrrpState === 'BACKUP' && keepalived?.active === 'active',
    keepalivedRuns: keepalived?.active === 'active',
    serving: new Set(
      cluster.realServers.flatMap((real) =>
        [...(observations.get(real.name)?.facts.listening ?? [])].map((port) => `${real.address}:${port}`),
      ),
    ),
  };
}

/** The holder of a virtual address whose keepalived says MASTER; with none, the inventory's first director. */
function masterOf(cluster: Cluster, observations: ReadonlyMap<string, Observation>): string | undefined {
  const states = cluster.directors.map(({ name }) => ({ name, state: observations.get(name)?.facts.vrrpState }));
  return (states.find(({ state }) => state === 'MASTER') ?? states[0])?.name;
}

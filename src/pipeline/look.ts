import { desired } from '../desired/desired.ts';
import {
  ENGINES,
  type ChosenEngine,
  type Engine,
  type EngineChoice,
  type PlannedEngine,
  chooseEngine,
} from '../desired/engine.ts';
import { AGENT_PROGRAM, UNITS } from '../desired/files.ts';
import { type Known, NOTHING_KNOWN, type NoAgent } from '../desired/known.ts';
import { Failure } from '../failure.ts';
import { type Cluster, isDirector } from '../inventory/cluster.ts';
import { type DirectorQuestions, type Facts, interfaceOf } from '../observe/facts.ts';
import { unfit } from '../observe/fitness.ts';
import { type Observation, observe } from '../observe/observe.ts';
import { refusalOf } from '../plan/refusal.ts';
import { filesOf } from '../render/files.ts';
import type { Want } from '../resources/kinds.ts';
import type { Report } from './event.ts';
import { interrupted } from './interrupted.ts';
import type { Member, Session } from './session.ts';

/** All that was seen in one look at a cluster, and what each host must be in its light. */
export interface Look {
  readonly observations: ReadonlyMap<string, Observation>;
  readonly wants: ReadonlyMap<string, readonly Want[]>;
  readonly unreadable: readonly { readonly host: string; readonly failure: Failure }[];
  /** What keeps the addresses on each director, and why that. */
  readonly engines: ReadonlyMap<string, PlannedEngine>;
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
  const observations = new Map<string, Observation>();
  const unreadable = [...session.unreachable];
  await Promise.all(
    session.members.map(async (member) => {
      const { name } = member.host;
      const transport = session.transports.get(name);
      if (transport === undefined) return;
      try {
        const wants = wantsOf(cluster, member, NOTHING_KNOWN);
        observations.set(name, await observe(transport, wants, questionsFor(cluster, member), signal));
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
  const engines = new Map<string, PlannedEngine>();
  for (const member of session.members) {
    const { name } = member.host;
    const observation = observations.get(name);
    if (observation === undefined) continue;
    const { facts, have } = observation;
    const runs = engineAtWork(observation);
    const choice = engineFor(cluster, member, facts, runs);
    const agent = choice?.engine === 'agent' ? session.agents(facts.machine ?? 'an unknown machine') : undefined;
    const none = agent !== undefined && 'missing' in agent ? agent : undefined;
    const present = have.program.has(AGENT_PROGRAM);
    const failure =
      unfit(member.host, member.role, facts, choice?.engine) ??
      (present ? undefined : withoutAgent(name, choice, none));
    if (failure !== undefined) {
      unreadable.push({ host: name, failure });
      continue;
    }
    const traces = choice?.engine === 'keepalived' && have.leftover.size > 0;
    if (choice !== undefined) engines.set(name, { ...choice, traces, ...(none !== undefined && { uncompared: none }) });
    const known = knownOf(cluster, member, observations);
    const wanted = wantsOf(cluster, member, {
      ...known,
      engine: choice?.engine,
      agent: agent === undefined || 'missing' in agent ? undefined : agent,
      runs,
      backup: facts.vrrpState === 'BACKUP' && runs !== undefined && runs === choice?.engine,
    });
    const refused = refusalOf(name, wanted, have);
    if (refused === undefined) wants.set(name, wanted);
    else unreadable.push({ host: name, failure: refused });
  }
  return { observations, wants, unreadable, engines, master: masterOf(cluster, observations) };
}

/** Where keepalived could be had from matters only where the inventory leaves the choice to the host. */
function questionsFor(cluster: Cluster, { host }: Member): DirectorQuestions | undefined {
  if (!isDirector(host)) return undefined;
  return {
    virtualAddresses: cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => address),
    keepalivedFrom: host.engine === 'auto' ? { localMount: cluster.packages.localMount } : undefined,
  };
}

function engineFor(
  { packages: { localMount } }: Cluster,
  { host }: Member,
  facts: Facts,
  runs: Engine | undefined,
): ChosenEngine | undefined {
  return isDirector(host) ? chooseEngine(host.engine, { source: facts.keepalivedFrom, localMount, runs }) : undefined;
}

function withoutAgent(host: string, choice: EngineChoice | undefined, none: NoAgent | undefined): Failure | undefined {
  if (none === undefined) return undefined;
  const why = choice === undefined ? '' : ` (engine agent: ${choice.because})`;
  return new Failure('unsupported', `${host}: the bundled agent cannot be had for it: ${none.missing}${why}`, {
    host,
    hint: [...(none.todo === undefined ? [] : [none.todo]), INSTEAD].join(' '),
  });
}

const INSTEAD = 'Or let keepalived do it: `engine: keepalived`, and a source of packages that has it.';

function wantsOf(cluster: Cluster, member: Member, known: Known): readonly Want[] {
  // Before the first look every file that there may be is looked for.
  const files = filesOf(cluster, member.host, { interface: known.interface, engine: known.engine ?? 'agent' });
  return desired(cluster, member.role, files, known);
}

/** The engine whose unit is active; each stops the other when it is started. */
function engineAtWork(observation: Observation | undefined): Engine | undefined {
  return ENGINES.find((engine) => observation?.have.service.get(UNITS[engine])?.active === 'active');
}

function knownOf(
  cluster: Cluster,
  member: Member,
  observations: ReadonlyMap<string, Observation>,
): Pick<Known, 'platform' | 'interface' | 'serving'> {
  const facts = observations.get(member.host.name)?.facts;
  const named = isDirector(member.host) && member.host.interface !== 'auto' ? member.host.interface : undefined;
  return {
    platform: facts?.platform,
    interface: named ?? (facts === undefined ? undefined : interfaceOf(facts, member.host.address)) ?? 'eth0',
    serving: new Set(
      cluster.realServers.flatMap((real) =>
        [...(observations.get(real.name)?.facts.listening ?? [])].map((port) => `${real.address}:${port}`),
      ),
    ),
  };
}

/** The holder of a virtual address whose engine says MASTER; with none, the inventory's first director. */
function masterOf(cluster: Cluster, observations: ReadonlyMap<string, Observation>): string | undefined {
  const states = cluster.directors.map(({ name }) => ({ name, state: observations.get(name)?.facts.vrrpState }));
  return (states.find(({ state }) => state === 'MASTER') ?? states[0])?.name;
}

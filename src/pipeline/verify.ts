import { Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { CheckResult, Evidence } from '../verify/check.ts';
import { askFromClient, judge } from '../verify/verify.ts';
import type { Report } from './event.ts';
import { pause } from './pause.ts';
import { type Planned, plan } from './plan.ts';
import type { Session } from './session.ts';

export interface VerifyOptions {
  /** Seconds to wait for an election or a health check that is still under way; 0 judges what is seen at once. */
  readonly waitSeconds: number;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Collects the evidence and judges it; asked again until it holds or the time is over. @throws Failure `interrupted` */
export async function verify(session: Session, options: VerifyOptions): Promise<readonly CheckResult[]> {
  options.report({ type: 'verifying' });
  const until = performance.now() + options.waitSeconds * 1000;
  for (;;) {
    const evidence = await collect(session, options);
    const results = judge(evidence);
    if (results.every(({ status }) => status !== 'failed') || performance.now() >= until) return results;
    await pause(1, options.signal, 'while verifying');
    // A host may just be starting, or have lost its network for a while.
    await session.reopen(
      evidence.unreadable.map(({ host }) => host),
      options.signal,
    );
  }
}

async function collect(session: Session, { report, signal }: VerifyOptions): Promise<Evidence> {
  const { cluster } = session;
  const name = cluster.client?.name;
  const transport = name === undefined ? undefined : session.transports.get(name);
  const directors = cluster.directors.flatMap((director) => session.transports.get(director.name) ?? []);
  const [planned, client] = await Promise.all([
    plan(session, report, signal),
    transport === undefined ? undefined : askOrTell(() => askFromClient(cluster, transport, directors, signal)),
  ]);
  const evidence = evidenceOf(cluster, planned);
  if (!(client instanceof Failure)) return { ...evidence, client };
  const told = evidence.unreadable.some(({ host }) => host === name);
  const lost = told || name === undefined ? [] : [{ host: name, message: client.message }];
  return { ...evidence, unreadable: [...evidence.unreadable, ...lost], client: undefined };
}

/** What the hosts alone tell. */
export function evidenceOf(cluster: Cluster, { state, changes, plan: made }: Planned): Omit<Evidence, 'client'> {
  return {
    cluster,
    observations: state.hosts,
    unreadable: made.unreadable.map(({ host, failure: { message, detail } }) => ({
      host,
      message,
      ...(state.hosts.has(host) && { unfit: detail.hint ?? '' }),
    })),
    uncompared: made.engines.flatMap(({ host, uncompared }) =>
      uncompared === undefined ? [] : [{ host, why: uncompared.missing, todo: uncompared.todo ?? '' }],
    ),
    open: changes,
  };
}

/** A client that cannot be asked is a host that cannot be read. */
async function askOrTell<T>(ask: () => Promise<T>): Promise<T | Failure> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.code !== 'interrupted') return error;
    throw error;
  }
}

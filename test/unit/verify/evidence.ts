import type { Cluster, VirtualServer } from '../../../src/inventory/cluster.ts';
import { plan } from '../../../src/pipeline/plan.ts';
import { evidenceOf } from '../../../src/verify/evidence.ts';
import type { AgentPrograms } from '../../../src/render/agent-program.ts';
import type {
  Answers,
  Check,
  CheckResult,
  ClientAnswers,
  Evidence,
  NeighbourAnswers,
} from '../../../src/verify/check.ts';
import { AGENT, type Undone, recordedCluster, connectFakeCluster } from '../../support/recorded.ts';

export const VIP = '192.168.168.12';
export const MAC = { dr1: '02:00:c0:a8:a8:64', dr2: '02:00:c0:a8:a8:6b', rs1: '02:00:c0:a8:a8:66' } as const;

/** What the client saw of one virtual server; well when nothing is given. */
export function answered(given: Partial<Answers> = {}): Answers {
  const turns = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? 'rs1' : 'rs2'));
  const name = `${VIP}:80`;
  return {
    service: name,
    server: name,
    kernel: name,
    kind: 'page',
    sequence: turns,
    errors: [],
    silent: [],
    counted: undefined,
    ...given,
  };
}

export function neighbour(given: Partial<NeighbourAnswers> = {}): NeighbourAnswers {
  return { vip: VIP, macs: [MAC.dr1], why: undefined, ...given };
}

export interface Given {
  readonly undone?: Undone;
  readonly client?: Partial<ClientAnswers> | undefined;
  readonly cluster?: Cluster;
  readonly agents?: AgentPrograms;
}

/** The evidence of the recorded cluster, but for what is given. */
export async function evidence({ undone = {}, cluster, agents = AGENT, ...given }: Given = {}): Promise<Evidence> {
  const of = cluster ?? (await recordedCluster());
  const { session } = await connectFakeCluster(of, 'deployed', undone, { agents });
  const planned = await plan(session, () => undefined, new AbortController().signal);
  return evidenceOf(
    of,
    planned,
    'client' in given && given.client === undefined
      ? undefined
      : { answers: [answered()], unasked: [], neighbours: [neighbour()], ...given.client },
  );
}

export async function judged(check: Check, given: Given = {}): Promise<readonly CheckResult[]> {
  return check(await evidence(given));
}

/** The recorded cluster with another virtual server. */
export async function clusterWith(
  server: Partial<VirtualServer>,
  weights: readonly [number, number] = [1, 1],
): Promise<Cluster> {
  const cluster = await recordedCluster();
  return {
    ...cluster,
    virtualServers: cluster.virtualServers.map((one) => ({
      ...one,
      ...server,
      pool: one.pool.map((member, index) => ({ ...member, weight: weights[index] ?? 1 })),
    })),
  };
}

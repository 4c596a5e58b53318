import type { Transport } from '../remote/transport.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { arpScript, readArp } from './arp-question.ts';
import type { Check, CheckResult, Evidence } from './check.ts';
import { answers } from './checks/answers.ts';
import { arp } from './checks/arp.ts';
import { configuration } from './checks/configuration.ts';
import { owner } from './checks/owner.ts';
import { reachable } from './checks/reachable.ts';
import { realServers } from './checks/real-server.ts';
import { rotation } from './checks/rotation.ts';
import { table } from './checks/table.ts';
import { longestWait, readAnswers, requestScript } from './requests.ts';

/** What verify proves, in the order in which a person wants to know it: the client's view first. */
export const CHECKS: readonly Check[] = [reachable, answers, rotation, owner, arp, table, realServers, configuration];

export function judge(evidence: Evidence): readonly CheckResult[] {
  return CHECKS.flatMap((check) => check(evidence));
}

/** The question about ARP takes two seconds. */
const ARP_TIMEOUT_MS = 20_000;

/**
 * Asks the cluster from the client's side: pages and ARP at the same time, one command each.
 * @throws Failure as the transport does.
 */
export async function askFromClient(
  cluster: Cluster,
  client: Transport,
  signal: AbortSignal,
): Promise<NonNullable<Evidence['client']>> {
  const [answered, arped] = await Promise.all([
    Promise.all(
      cluster.virtualServers.map(async (server) =>
        readAnswers(
          server,
          (await client.run(requestScript(server), { timeoutMs: longestWait(server), signal })).stdout,
        ),
      ),
    ),
    Promise.all(
      cluster.vrrp_instance.virtual_ipaddress.map(async ({ address }) =>
        readArp(address, (await client.run(arpScript(address), { timeoutMs: ARP_TIMEOUT_MS, signal })).stdout),
      ),
    ),
  ]);
  return { answers: answered, arp: arped };
}

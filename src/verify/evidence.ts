import { Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { Planned } from '../plan/planned.ts';
import type { ClientAnswers, Evidence } from './check.ts';

/** @param client measurements of the client, or why it failed; undefined without a client */
export function evidenceOf(
  cluster: Cluster,
  { state, changes, plan }: Planned,
  client: ClientAnswers | Failure | undefined,
): Evidence {
  const unreadable = plan.unreadable.map(({ host, failure: { message, detail } }) => ({
    host,
    message,
    ...(state.hosts.has(host) && { unsuitable: detail.hint ?? '' }),
  }));
  const evidence = {
    cluster,
    observations: state.hosts,
    unreadable,
    unverified: plan.engines.flatMap(({ host, unverified }) =>
      unverified === undefined ? [] : [{ host, why: unverified.missing, fix: unverified.fix ?? '' }],
    ),
    warnings: plan.warnings,
    open: changes,
  };
  if (!(client instanceof Failure)) return { ...evidence, client };
  // A client that failed counts as an unreadable host.
  const name = cluster.client?.name;
  const reported = name === undefined || unreadable.some(({ host }) => host === name);
  const lost = reported ? [] : [{ host: name, message: client.message }];
  return { ...evidence, unreadable: [...unreadable, ...lost], client: undefined };
}

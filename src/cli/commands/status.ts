import { EXIT, type ExitCode } from '../../failure.ts';
import { type Cluster, hostsOf } from '../../inventory/cluster.ts';
import { statusOf } from '../../pipeline/status.ts';
import type { DirectorStatus } from '../../status/director.ts';
import { renderStatus } from '../../status/render.ts';
import { servicesOf } from '../../status/table.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

/** Shows the state of the directors: master, IPVS table and real servers. */
export async function status(context: Context, argument: string | undefined, flags: HostFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster } = opened;
  const directors = hostsOf(cluster).filter(({ role }) => role === 'director');
  return withCluster(
    context,
    cluster,
    flags,
    async ({ session, progress }) => {
      const seen = await statusOf(session, progress.report, context.signal);
      await progress.settle();
      for (const one of seen.directors) {
        context.screen.emit({ type: 'director', ...asJson(cluster, one) });
      }
      context.screen.lines(renderStatus(cluster, seen.directors));
      const exitCode = seen.unreadable.length === 0 ? EXIT.done : reportUnreadable(context, seen.unreadable);
      context.screen.emit({ type: 'result', command: 'status', exitCode });
      return exitCode;
    },
    directors,
  );
}

/** Absent values are null. */
function asJson(cluster: Cluster, status: DirectorStatus) {
  const { host, engine = null, version = null, state = null, holds, problems } = status;
  const instances = [...status.states].map(([name, own]) => ({ name, state: own }));
  const services = servicesOf(cluster, status).map(({ service, scheduler = null, realServers }) => ({
    service,
    scheduler,
    realServers: realServers.map(({ name = null, weight = null, ...rest }) => ({ name, weight, ...rest })),
  }));
  return { host, engine, version, state, instances, holds, problems, services };
}

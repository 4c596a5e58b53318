import type { TestContext } from '../context.ts';
import type { Fault, NotPossible } from '../fault.ts';
import type { FaultName } from '../options.ts';
import { cutCable } from './cable.ts';
import { stopDaemon } from './daemon.ts';
import { stopWeb } from './web.ts';

/** Resolves a fault name to a fault for the current state of the cluster. Director faults hit the current master. */
export function chooseFault(
  name: FaultName,
  context: Pick<TestContext, 'cluster' | 'service' | 'options' | 'directors' | 'realServers'>,
  owner: string,
): Fault | NotPossible {
  return name === 'web' ? chooseWeb(context) : chooseDirector(name, context, owner);
}

function chooseDirector(
  name: 'daemon' | 'cable',
  { cluster, options, directors }: Pick<TestContext, 'cluster' | 'options' | 'directors'>,
  owner: string,
): Fault | NotPossible {
  if (cluster.directors.length < 2) return { reason: 'there is only one director, so none can take over' };
  const idle = cluster.directors.filter((director) => directors.get(director.name)?.engine === undefined);
  if (idle.length > 0)
    return {
      reason: `neither keepalived nor lvs-agent is running on ${idle.map((director) => director.name).join(' and ')}`,
    };
  const director = cluster.directors.find((each) => each.name === owner);
  const facts = directors.get(owner);
  if (director === undefined || facts === undefined)
    return { reason: `the VIP is held by ${owner}, which is not a director` };
  if (!facts.systemd) return withoutSystemd(owner);
  return name === 'daemon'
    ? stopDaemon(cluster, director, facts)
    : cutCable(cluster, director, facts, options.cableSeconds);
}

/** The first real server with a weight above 0 whose web server can be stopped. */
function chooseWeb({ service, realServers }: Pick<TestContext, 'service' | 'realServers'>): Fault | NotPossible {
  const answers = service.pool
    .filter(({ weight }) => weight > 0)
    .map((server): Fault | NotPossible => {
      const facts = realServers.get(server.name);
      if (facts === undefined) return { reason: `${server.name} was not probed` };
      return facts.systemd || facts.unit === undefined ? stopWeb(service, server, facts) : withoutSystemd(server.name);
    });
  return (
    answers.find((answer) => !('reason' in answer)) ?? answers[0] ?? { reason: 'no real server has a weight above 0' }
  );
}

function withoutSystemd(host: string): NotPossible {
  return { reason: `${host} has no systemd, so it has no timer to undo the fault if lvsctl dies` };
}

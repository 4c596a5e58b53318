import type { Fault, NotPossible } from './fault.ts';
import { cutCable } from './faults/cable.ts';
import { stopDaemon } from './faults/daemon.ts';
import { stopWeb } from './faults/web.ts';
import type { FaultName } from './options.ts';
import type { Scene } from './scene.ts';

/** The fault of that name for this cluster at this moment: directors are broken while they hold the address. */
export function chooseFault(
  name: FaultName,
  scene: Pick<Scene, 'cluster' | 'service' | 'options' | 'directors' | 'realServers'>,
  owner: string,
): Fault | NotPossible {
  return name === 'web' ? chooseWeb(scene) : chooseDirector(name, scene, owner);
}

function chooseDirector(
  name: 'daemon' | 'cable',
  { cluster, options, directors }: Pick<Scene, 'cluster' | 'options' | 'directors'>,
  owner: string,
): Fault | NotPossible {
  if (cluster.directors.length < 2) return { reason: 'there is only one director, and nothing to take over from it' };
  const idle = cluster.directors.filter((director) => directors.get(director.name)?.engine === undefined);
  if (idle.length > 0)
    return {
      reason: `neither keepalived nor lvs-agent runs on ${idle.map((director) => director.name).join(' and ')}`,
    };
  const director = cluster.directors.find((each) => each.name === owner);
  const facts = directors.get(owner);
  if (director === undefined || facts === undefined)
    return { reason: `the address is held by ${owner}, which is no director` };
  if (!facts.systemd) return withoutSystemd(owner);
  return name === 'daemon'
    ? stopDaemon(cluster, director, facts)
    : cutCable(cluster, director, facts, options.cableSeconds);
}

/** The first real server that takes requests and whose web server can be stopped. */
function chooseWeb({ service, realServers }: Pick<Scene, 'service' | 'realServers'>): Fault | NotPossible {
  const answers = service.pool
    .filter(({ weight }) => weight > 0)
    .map((server): Fault | NotPossible => {
      const facts = realServers.get(server.name);
      if (facts === undefined) return { reason: `${server.name} was not looked at` };
      return facts.systemd || facts.unit === undefined ? stopWeb(service, server, facts) : withoutSystemd(server.name);
    });
  return answers.find((answer) => !('reason' in answer)) ?? answers[0] ?? { reason: 'no real server takes requests' };
}

function withoutSystemd(host: string): NotPossible {
  return { reason: `${host} has no systemd, so no timer could put it back if lvsctl died` };
}

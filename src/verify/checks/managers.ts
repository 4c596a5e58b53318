import { keepAddresses, linksOfDirector, linksOfRealServer, riskOf } from '../../desired/managed-links.ts';
import type { Facts } from '../../observe/facts.ts';
import type { ManagedLink } from '../../observe/network-managers.ts';
import { type Check, type CheckResult, failed, skipped } from '../check.ts';

/**
 * No network manager drops virtual addresses. keepalived puts an address back after an outage of seconds, which no run
 * can prove without restarting the manager. Nothing puts back one that a real server has on lo, and its health check
 * goes on passing.
 */
export const managers: Check = ({ cluster, observations }) => {
  const found = (name: string, links: (facts: Facts) => readonly ManagedLink[]): readonly ManagedLink[] => {
    const facts = observations.get(name)?.facts;
    return facts === undefined ? [] : links(facts).filter(({ keeps }) => !keeps);
  };
  return [
    ...cluster.directors.flatMap((director) =>
      found(director.name, (facts) => linksOfDirector(cluster, director, facts)).map((link) =>
        result(skipped, director.name, link),
      ),
    ),
    ...cluster.realServers.flatMap((server) =>
      found(server.name, (facts) => linksOfRealServer(cluster, server, facts)).map((link) =>
        result(failed, server.name, link),
      ),
    ),
  ];
};

function result(how: typeof failed, name: string, link: ManagedLink): CheckResult {
  return how(
    'network-manager',
    `${name} keeps its virtual addresses when the network is configured again`,
    `no network manager drops addresses of ${link.device}`,
    riskOf(link),
    keepAddresses(link),
  );
}

import type { Cluster } from '../inventory/cluster.ts';
import { type Finding, type Linted, doubt, mistake } from '../inventory/finding.ts';
import { missingKeywords } from '../keepalived/version-gate.ts';
import { textOf } from '../keepalived/write.ts';
import { condensedServers } from '../render/condensed.ts';
import { clusterForRelease, pinnedRelease } from '../render/for-release.ts';
import { confOf } from '../render/keepalived.ts';
import { packagesFor, sidesOf } from '../render/method-sides.ts';
import { DIRECTOR_PACKAGES, clientPackages } from '../render/names.ts';

const PINS = ['packages', 'versions'];

/** Pins without a use, and a keepalived that is too old for what it is to do. */
export function pins({ cluster }: Linted): readonly Finding[] {
  return [...unusedPins(cluster), ...missingInPinned(cluster)];
}

function unusedPins(cluster: Cluster): readonly Finding[] {
  const used = new Set([
    ...cluster.directors.flatMap((director) => packagesFor(sidesOf(cluster, director), DIRECTOR_PACKAGES).names),
    ...(cluster.web.package === undefined ? [] : [cluster.web.package]),
    ...clientPackages(cluster),
  ]);
  return Object.keys(cluster.packages.versions).flatMap((name) =>
    used.has(name)
      ? []
      : [
          doubt(
            [...PINS, name],
            `No host gets the package ${name} from lvsctl, so its version is not used.`,
            `Packages of this cluster, by their names in Debian: ${[...used].toSorted().join(', ')}.`,
          ),
        ],
  );
}

function missingInPinned(cluster: Cluster): readonly Finding[] {
  const release = pinnedRelease(cluster);
  if (release === undefined) return [];
  const fitting = clusterForRelease(cluster, release);
  const virtualServers = condensedServers(fitting).map(({ written }) => written);
  const found = new Map<string, Finding>();
  for (const director of cluster.directors.filter(({ engine }) => engine !== 'agent')) {
    const text = textOf(confOf({ ...fitting, virtualServers }, director, () => 'eth0'));
    const env = { configId: undefined, hostname: director.name, tls: true };
    for (const { keyword, since, path } of missingKeywords(text, release, env)) {
      const what = `keepalived ${release} has no keyword "${keyword}" (since ${since}): ${path}.`;
      found.set(
        what,
        mistake([...PINS, 'keepalived'], what, `Pin keepalived ${since} or later, or remove the keyword.`),
      );
    }
  }
  return [...found.values()];
}

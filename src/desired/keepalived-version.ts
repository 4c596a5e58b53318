import { Failure } from '../failure.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import { isOlderRelease, lacksKeywords, missingKeywords } from '../keepalived/version-gate.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { interfaceOf } from '../observe/facts.ts';
import { upstreamOf } from '../platforms/version.ts';
import { condensedServers } from '../render/condensed.ts';
import { clusterForRelease } from '../render/for-release.ts';
import { renderKeepalived } from '../render/keepalived.ts';
import { plannedVersion } from '../resources/packages.ts';

/** The first release that lvsctl writes for. */
const OLDEST = '1.2.13';

/** The first release with `--config-test`. */
const CONFIG_TEST = '2.0.4';

/** The release of keepalived that is on a director, or will be; undefined when it is unknown. */
export function keepalivedRelease({ packages }: Cluster, { facts, have }: HostState): string | undefined {
  if (facts.keepalivedFrom === 'source') return facts.keepalivedVersion;
  const pin = packages.versions['keepalived'];
  if (pin === undefined) return facts.keepalivedVersion;
  const version = plannedVersion(have.packages.get('packages'), 'keepalived', pin);
  return version === undefined ? facts.keepalivedVersion : upstreamOf(version);
}

/** Whether it can try a file; a release that is unknown counts as one of today. */
export function testsConfig(release: string | undefined): boolean {
  return release === undefined || !isOlderRelease(release, CONFIG_TEST);
}

/** Why the keepalived that is installed, or would be, cannot read the rendered file; undefined when it can. */
export function withoutKeywords(cluster: Cluster, director: Director, state: HostState): Failure | undefined {
  const release = keepalivedRelease(cluster, state);
  // Most hosts have all keywords, and the file of a large cluster takes its time.
  if (release === undefined || !lacksKeywords(release)) return undefined;
  const { facts } = state;
  const { name } = director;
  const hint = facts.keepalivedFrom === 'installed' ? 'Upgrade keepalived on the host' : NEWER_SOURCE;
  if (isOlderRelease(release, OLDEST)) {
    return new Failure('unsupported', `${name}: keepalived ${release} is older than ${OLDEST}, the oldest supported`, {
      host: name,
      hint: `${hint}, or use \`engine: agent\`.`,
    });
  }
  const fitting = clusterForRelease(cluster, release);
  // Real servers that are alike have the same keywords.
  const virtualServers = condensedServers(fitting).map(({ written }) => written);
  const text = renderKeepalived({ ...fitting, virtualServers }, director, (address) => interfaceOf(facts, address));
  const missing = missingKeywords(text, release, { configId: undefined, hostname: name, tls: true });
  if (missing.length === 0) return undefined;
  const each = missing.map(({ keyword, since, path }) => `"${keyword}" (since ${since}): ${path}`);
  const what = missing.length === 1 ? 'keyword' : 'keywords';
  return new Failure('unsupported', `${name}: keepalived ${release} has no ${what} ${each.join(', ')}`, {
    host: name,
    hint: `${hint}, remove the keyword from the inventory, or use \`engine: agent\`.`,
  });
}

const NEWER_SOURCE =
  'Provide a package source with a newer keepalived (`packages.local_mount`, or another version in `packages.versions`)';

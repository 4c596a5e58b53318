import { Failure } from '../failure.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import { lacksKeywords, missingKeywords } from '../keepalived/version-gate.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import { condensedServers } from '../render/condensed.ts';
import { renderKeepalived } from '../render/keepalived.ts';

/** Why the keepalived that is installed, or would be, cannot read the rendered file; undefined when it can. */
export function withoutKeywords(cluster: Cluster, director: Director, facts: Facts): Failure | undefined {
  const { keepalivedVersion: version, keepalivedFrom: from } = facts;
  // Most hosts have all keywords, and the file of a large cluster takes its time.
  if (version === undefined || !lacksKeywords(version)) return undefined;
  const { name } = director;
  // Real servers that are alike have the same keywords.
  const virtualServers = condensedServers(cluster).map(({ written }) => written);
  const text = renderKeepalived({ ...cluster, virtualServers }, director, (address) => interfaceOf(facts, address));
  const missing = missingKeywords(text, version, { configId: undefined, hostname: name, tls: true });
  if (missing.length === 0) return undefined;
  const each = missing.map(({ keyword, since, path }) => `"${keyword}" (since ${since}): ${path}`);
  const what = missing.length === 1 ? 'keyword' : 'keywords';
  return new Failure('unsupported', `${name}: keepalived ${version} has no ${what} ${each.join(', ')}`, {
    host: name,
    hint: `${from === 'installed' ? 'Upgrade keepalived on the host' : NEWER_SOURCE}, remove the keyword from the inventory, or use \`engine: agent\`.`,
  });
}

const NEWER_SOURCE = 'Provide a package source with a newer keepalived (`packages.local_mount`)';

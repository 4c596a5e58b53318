import { type Family, familyOf } from '../keepalived/text/address.ts';
import type { Entry, Statement } from '../keepalived/write.ts';
import type { Endpoint, SyncGroup, VrrpInstance } from './cluster.ts';
import { parseAddress } from './schema-values.ts';

/** The addresses and ports of a virtual_server_group. A range of addresses has its first one here. */
export function groupEndpoints(
  conf: readonly Entry[],
  name: string,
): { readonly endpoints: readonly Endpoint[]; readonly family: Family } {
  const endpoints = statements(conf, 'virtual_server_group')
    .filter(({ words }) => words[0] === name)
    .flatMap(({ block }) => (block ?? []).flatMap((line) => ('keyword' in line ? endpointOf(line) : [])));
  return { endpoints, family: familyOf(endpoints[0]?.vip ?? '0.0.0.0') };
}

function endpointOf({ keyword, words }: Statement): readonly Endpoint[] {
  const vip = parseAddress(keyword.split('-', 1)[0] ?? '');
  const port = Number.parseInt(words[0] ?? '', 10);
  return vip === undefined || !(port > 0) ? [] : [{ vip, port }];
}

/** Sync groups of the inventory, and one for each pair of instances that has none. */
export function syncGroupsOf(conf: readonly Entry[], instances: readonly VrrpInstance[]): readonly SyncGroup[] {
  const given = statements(conf, 'vrrp_sync_group').map(({ words, block }): SyncGroup => ({
    name: words[0] ?? '',
    instances: (block ?? []).flatMap((inner) =>
      'keyword' in inner && inner.keyword === 'group' ? (inner.block ?? []).flatMap(wordsOf) : [],
    ),
    generated: false,
  }));
  const grouped = new Set(given.flatMap((group) => group.instances));
  const names = new Set(instances.map(({ name }) => name));
  const generated = instances.flatMap(({ name, family }): readonly SyncGroup[] => {
    const twin = `${name}_6`;
    const paired = family === 'ipv4' && names.has(twin) && !grouped.has(name) && !grouped.has(twin);
    return paired ? [{ name: `${name}_GROUP`, instances: [name, twin], generated: true }] : [];
  });
  return [...given, ...generated];
}

function wordsOf(line: Entry): readonly string[] {
  return 'keyword' in line ? [line.keyword, ...line.words] : [];
}

function statements(conf: readonly Entry[], keyword: string): readonly Statement[] {
  return conf.flatMap((entry) => ('keyword' in entry && entry.keyword === keyword ? [entry] : []));
}

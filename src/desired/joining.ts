import type { Cluster, Director, VrrpInstance } from '../inventory/cluster.ts';
import type { Entry } from '../keepalived/write.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { type InterfaceOf, renderKeepalived } from '../render/keepalived.ts';
import { KEEPALIVED_CONF } from '../render/names.ts';
import type { FirstText } from '../resources/file.ts';

/**
 * keepalived stays MASTER over a reload only if every member of the sync group is: an instance that is new in the group
 * of one that runs would take its addresses away until both are elected. Where this director holds them, the new
 * instances are elected outside of the group first. A BACKUP has nothing to lose, and must not elect them.
 */
export function electedBeforeGroup(
  cluster: Cluster,
  host: Director,
  { facts, have }: HostState,
  interfaceOf: InterfaceOf,
): FirstText | undefined {
  const conf = have.file.get(KEEPALIVED_CONF);
  if (conf?.is !== 'file') return undefined;
  const running = new Set([...conf.text.matchAll(/^[ \t]*vrrp_instance[ \t]+(\S+)/gm)].map(([, name]) => name));
  const held = new Set(facts.addresses.flatMap(({ address, device }) => (device === 'lo' ? [] : [address])));
  const taking = cluster.instances.filter(({ members }) => members.some(({ director }) => director === host.name));
  const isHeld = ({ name, virtual_ipaddress }: VrrpInstance): boolean =>
    running.has(name) && virtual_ipaddress.some(({ address }) => held.has(address));
  const joining = cluster.syncGroups.flatMap((group) => {
    const members = taking.filter(({ name }) => group.instances.includes(name));
    return members.some(isHeld) ? members.filter(({ name }) => !running.has(name)) : [];
  });
  if (joining.length === 0) return undefined;
  const names = new Set(joining.map(({ name }) => name));
  return {
    text: renderKeepalived(withoutMembers(cluster, names), host, interfaceOf),
    untilHeld: joining.flatMap(({ virtual_ipaddress }) => virtual_ipaddress.slice(0, 1).map(({ address }) => address)),
    seconds: Math.ceil(Math.max(...joining.map(secondsOfElection))),
    reason: `in two reloads: ${[...names].join(', ')} is elected before it joins its sync group`,
  };
}

/** RFC 9568 §6.1: three intervals, and at most another of skew, for which a slow host gets two more seconds. */
function secondsOfElection({ advert_int }: VrrpInstance): number {
  return 4 * Math.max(advert_int, 1) + 2;
}

/** The cluster with sync groups that have none of these instances; one of a single instance is none. */
function withoutMembers(cluster: Cluster, names: ReadonlySet<string>): Cluster {
  const syncGroups = cluster.syncGroups
    .map((group) => ({ ...group, instances: group.instances.filter((name) => !names.has(name)) }))
    .filter(({ instances }) => instances.length > 1);
  const kept = new Map(syncGroups.map(({ name, instances }) => [name, instances]));
  const conf = cluster.conf.flatMap((entry): readonly Entry[] => {
    if (!('keyword' in entry) || entry.keyword !== 'vrrp_sync_group') return [entry];
    const instances = kept.get(entry.words[0] ?? '');
    if (instances === undefined) return [];
    const block = entry.block?.map((inner): Entry =>
      'keyword' in inner && inner.keyword === 'group'
        ? { ...inner, block: instances.map((keyword) => ({ keyword, words: [] })) }
        : inner,
    );
    return [{ ...entry, block }];
  });
  return { ...cluster, syncGroups, conf };
}

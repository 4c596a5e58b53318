import type { Family } from '../../../keepalived/text/address.ts';
import type { VrrpConf, VrrpInstance, VrrpSyncGroup } from '../../../keepalived/model-vrrp.ts';

/** What events ask of a configuration again and again, worked out once, so that one of many instances costs no more. */
export interface Prepared {
  /** The virtual addresses of all instances: none of them is an address of the host. */
  readonly virtual: ReadonlySet<string>;
  /** By `listenerKey`, in the order of the configuration. */
  readonly listeners: ReadonlyMap<string, readonly VrrpInstance[]>;
  /** The sync group of each member, by its name. */
  readonly groups: ReadonlyMap<string, VrrpSyncGroup>;
}

export function prepare(conf: VrrpConf): Prepared {
  const listeners = new Map<string, VrrpInstance[]>();
  for (const instance of conf.vrrp_instance) {
    const key = listenerKey(instance.interface, instance.family, instance.virtual_router_id);
    const others = listeners.get(key);
    if (others === undefined) listeners.set(key, [instance]);
    else others.push(instance);
  }
  const groups = new Map<string, VrrpSyncGroup>();
  for (const group of conf.vrrp_sync_group)
    for (const name of group.group) if (!groups.has(name)) groups.set(name, group);
  return { virtual: virtualAddresses(conf), listeners, groups };
}

/** Packets with the same key are for the same instances, but for their addresses (RFC 9568 §7.1). */
export function listenerKey(name: string, family: Family, vrid: number): string {
  return `${vrid} ${family} ${name}`;
}

function virtualAddresses(conf: VrrpConf): ReadonlySet<string> {
  return new Set(
    conf.vrrp_instance.flatMap((instance) =>
      [...instance.virtual_ipaddress, ...instance.virtual_ipaddress_excluded].map(({ address }) => address),
    ),
  );
}

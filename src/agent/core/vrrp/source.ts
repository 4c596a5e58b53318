import { familyOf } from '../bytes/address.ts';
import type { VrrpConf, VrrpInstance } from '../conf/model-vrrp.ts';
import type { Link } from './event.ts';
import type { VrrpState } from './state.ts';

/**
 * The address that adverts of an instance come from, by which equal priorities are decided as well (RFC 9568 §6.4.3):
 * what is configured, or the first address of the interface, link-local for IPv6 (RFC 9568 §5.1.2.1). Virtual addresses
 * are none of them, unless we own them and have no other.
 */
export function sourceOf(conf: VrrpInstance, state: VrrpState): string | undefined {
  const configured = isUnicast(conf) ? conf.unicast_src_ip : conf.mcast_src_ip;
  if (configured !== undefined) return configured;
  const link = state.links.get(conf.interface);
  if (link === undefined) return undefined;
  const candidates = link.addresses
    .filter(({ address }) => familyOf(address) === conf.family)
    .filter(({ scope }) => conf.family === 'ipv4' || isUnicast(conf) || scope === 'link')
    .map(({ address }) => address);
  return (
    candidates.find((address) => !state.virtual.has(address)) ?? (conf.priority === 255 ? candidates[0] : undefined)
  );
}

/** Whether adverts go to peers, not to a group. */
export function isUnicast(conf: VrrpInstance): boolean {
  return conf.unicast_peer.length > 0;
}

/** The multicast group of an instance. */
export function groupOf(conf: VrrpInstance, state: VrrpState): string {
  const { vrrp_mcast_group4, vrrp_mcast_group6 } = state.conf.globals;
  return conf.family === 'ipv4' ? vrrp_mcast_group4 : vrrp_mcast_group6;
}

/** Whether an interface has this address, whatever its prefix. */
export function isOwn(link: Link | undefined, address: string): boolean {
  return link?.addresses.some((own) => own.address === address) === true;
}

/** Of all instances: none of them is an address of the host. */
export function virtualAddresses(conf: VrrpConf): ReadonlySet<string> {
  return new Set(
    conf.vrrp_instance.flatMap((instance) =>
      [...instance.virtual_ipaddress, ...instance.virtual_ipaddress_excluded].map(({ address }) => address),
    ),
  );
}

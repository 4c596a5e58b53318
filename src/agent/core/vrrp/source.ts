import type { VrrpInstance } from '../../../keepalived/model-vrrp.ts';
import type { VrrpState } from './state.ts';

/**
 * The address that adverts of an instance come from, by which equal priorities are decided as well (RFC 9568 §6.4.3):
 * what is configured, or the first address of the interface, link-local for IPv6 (RFC 9568 §5.1.2.1). Virtual addresses
 * are none of them, unless we own them and have no other.
 */
export function sourceOf(conf: VrrpInstance, state: VrrpState): string | undefined {
  const configured = isUnicast(conf) ? conf.unicast_src_ip : conf.mcast_src_ip;
  if (configured !== undefined) return configured;
  const view = state.views.get(conf.interface);
  if (view === undefined) return undefined;
  const { host, first } = view[conf.family === 'ipv4' ? 'ipv4' : isUnicast(conf) ? 'ipv6' : 'linkLocal'];
  return host ?? (conf.priority === 255 ? first : undefined);
}

/** Whether adverts go to peers, not to a group. */
export function isUnicast(conf: VrrpInstance): boolean {
  return conf.unicast_peer.length > 0;
}

/** The multicast group of an instance. */
export function groupOf(conf: VrrpInstance, state: VrrpState): string {
  const { vrrp_mcast_group4, vrrp_mcast_group6 } = state.conf.globals;
  if (conf.mcast_dst_ip !== undefined) return conf.mcast_dst_ip;
  return conf.family === 'ipv4' ? vrrp_mcast_group4 : vrrp_mcast_group6;
}

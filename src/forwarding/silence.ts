import type { Sysctl } from './forwarding.ts';

const IGNORE = [
  'Answer ARP only for addresses of the interface that was asked: the VIP is on lo, so ARP requests for it get no reply.',
];
const ANNOUNCE = [
  'Send ARP requests from an address of the outgoing interface: the VIP as sender would update the ARP caches of others.',
];

/** Sysctls that prevent a real server from answering ARP for a virtual address that it holds. IPv6 needs none. */
export const SILENCE: readonly Sysctl[] = [
  { key: 'net.ipv4.conf.all.arp_ignore', value: '1', why: IGNORE, optional: false },
  { key: 'net.ipv4.conf.all.arp_announce', value: '2', why: ANNOUNCE, optional: false },
  { key: 'net.ipv4.conf.lo.arp_ignore', value: '1', why: ['As above, for lo itself.'], optional: false },
  { key: 'net.ipv4.conf.lo.arp_announce', value: '2', why: ['As above, for lo itself.'], optional: false },
];

export const SILENCED_BY = 'arp_ignore=1 and arp_announce=2 on `all`';

/** A line `PATH VALUE` for each, the format of the scripts. */
export function pathsOf(sysctls: readonly Sysctl[]): string {
  return sysctls.map(({ key, value }) => `${key.replaceAll('.', '/')} ${value}`).join('\n');
}

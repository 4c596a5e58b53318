/** One kernel setting that lvsctl keeps. */
export interface Sysctl {
  /** With dots, as `sysctl` prints it. */
  readonly key: string;
  readonly value: string;
  /** Lines of a comment. */
  readonly why: readonly string[];
  /** A kernel that does not have it is no mistake. */
  readonly optional: boolean;
}

/** Direct routing hands packets on below the routing code, so there is no ip_forward among these. */
export const DIRECTOR_SYSCTLS: readonly Sysctl[] = [
  {
    key: 'net.ipv4.vs.expire_nodest_conn',
    value: '1',
    why: [
      'A connection to a real server that was taken out ends at once, so that the client can try again;',
      'by default its packets vanish until it times out.',
    ],
    optional: true,
  },
  {
    key: 'net.ipv4.vs.expire_quiescent_template',
    value: '1',
    why: ['A client that persistence ties to a real server of weight 0 is given another one.'],
    optional: true,
  },
];

const IGNORE = [
  'Answer ARP only for addresses of the interface that was asked: the VIP is on lo, so nobody is told about it.',
];
const ANNOUNCE = ['Ask ARP from an address of the outgoing interface: the VIP as a sender would teach it to everyone.'];

export const REAL_SERVER_SYSCTLS: readonly Sysctl[] = [
  { key: 'net.ipv4.conf.all.arp_ignore', value: '1', why: IGNORE, optional: false },
  { key: 'net.ipv4.conf.all.arp_announce', value: '2', why: ANNOUNCE, optional: false },
  { key: 'net.ipv4.conf.lo.arp_ignore', value: '1', why: ['As above, for lo itself.'], optional: false },
  { key: 'net.ipv4.conf.lo.arp_announce', value: '2', why: ['As above, for lo itself.'], optional: false },
];

export const DIRECTOR_NOTES: readonly string[] = [
  'net.ipv4.ip_forward is not here: under direct routing a director does not route, it only changes a MAC address.',
];

export const REAL_SERVER_NOTES: readonly string[] = [
  'lvs.dr.sh sets the same when it starts. This file is for the time before that in a boot, and for a later',
  '`sysctl --system`, which would otherwise make the host answer for the VIP again.',
];

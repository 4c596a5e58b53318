/** Constants of linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/fib_rules.h and linux/if.h. */

/** RTM_*: message types. */
export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWRULE: 32,
  DELRULE: 33,
  GETRULE: 34,
} as const;

/** RTMGRP_*: multicast group bits in nl_groups, for notifications. */
export const RTMGRP = {
  LINK: 0x1,
  IPV4_IFADDR: 0x10,
  IPV4_ROUTE: 0x40,
  IPV6_IFADDR: 0x100,
  IPV6_ROUTE: 0x400,
} as const;

/** IFLA_*: attributes of a link. */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  OPERSTATE: 16,
} as const;

/** IFF_* of linux/if.h: ifi_flags. */
export const IFF = { UP: 0x1, RUNNING: 0x40, LOWER_UP: 0x10000 } as const;

/** IF_OPER_* of linux/if.h (RFC 2863 §3.1.14), by value. */
export const OPERSTATES = ['unknown', 'not-present', 'down', 'lower-layer-down', 'testing', 'dormant', 'up'] as const;

/** IFA_*: attributes of an address. */
export const IFA = { ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, CACHEINFO: 6, FLAGS: 8 } as const;

/** IFA_F_*: ifa_flags; those above 8 bits are in IFA_FLAGS only. */
export const IFA_F = {
  SECONDARY: 0x01,
  NODAD: 0x02,
  OPTIMISTIC: 0x04,
  DADFAILED: 0x08,
  HOMEADDRESS: 0x10,
  DEPRECATED: 0x20,
  TENTATIVE: 0x40,
  PERMANENT: 0x80,
  MANAGETEMPADDR: 0x100,
  NOPREFIXROUTE: 0x200,
} as const;

/** RT_SCOPE_*: scopes of addresses and routes. */
export const RT_SCOPE = { UNIVERSE: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255 } as const;

/** RT_TABLE_*. Tables above 255 do not fit rtm_table and need an attribute. */
export const RT_TABLE = { UNSPEC: 0, MAIN: 254 } as const;

/** RTPROT_*: the origin of a route. */
export const RTPROT = { KERNEL: 2, BOOT: 3, STATIC: 4, KEEPALIVED: 18 } as const;

/** RTN_*: rtm_type. */
export const RTN = { unicast: 1, local: 2, blackhole: 6, unreachable: 7, prohibit: 8, throw: 9 } as const;

/** RTA_*: attributes of a route. */
export const RTA = {
  DST: 1,
  SRC: 2,
  IIF: 3,
  OIF: 4,
  GATEWAY: 5,
  PRIORITY: 6,
  PREFSRC: 7,
  METRICS: 8,
  MULTIPATH: 9,
  TABLE: 15,
  VIA: 18,
} as const;

/** RTAX_MTU within RTA_METRICS, and RTNH_F_ONLINK of rtm_flags. */
export const RTAX_MTU = 2;
export const RTNH_F_ONLINK = 4;

/** FRA_*: attributes of a rule, FR_ACT_*: its action, and FIB_RULE_INVERT: its flag. */
export const FRA = {
  DST: 1,
  SRC: 2,
  IIFNAME: 3,
  PRIORITY: 6,
  FWMARK: 10,
  SUPPRESS_PREFIXLEN: 14,
  TABLE: 15,
  FWMASK: 16,
  OIFNAME: 17,
  UID_RANGE: 20,
  PROTOCOL: 21,
  IP_PROTO: 22,
  SPORT_RANGE: 23,
  DPORT_RANGE: 24,
} as const;
export const FR_ACT = { table: 1, blackhole: 6, unreachable: 7, prohibit: 8 } as const;
export const FIB_RULE_INVERT = 2;

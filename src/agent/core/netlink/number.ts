/** Constants of linux/netlink.h, with their names there. */

/** NLMSG_*: types below NLMSG_MIN_TYPE (0x10) are control messages. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4, MIN_TYPE: 0x10 } as const;

/** NLM_F_*: header flags. The meaning of 0x100 and above depends on the kind of message. */
export const NLM_F = {
  REQUEST: 0x01,
  MULTI: 0x02,
  ACK: 0x04,
  DUMP_INTR: 0x10,
  /** NLM_F_ROOT | NLM_F_MATCH, in a GET. */
  DUMP: 0x300,
  /** In a NEW. */
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  /** In an NLMSG_ERROR. */
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const;

/** enum nlmsgerr_attrs: attributes of an NLMSG_ERROR. */
export const NLMSGERR_ATTR = { MSG: 1, OFFS: 2 } as const;

/** NLA_F_*: the two highest bits of an attribute's type. */
export const NLA_F = { NESTED: 0x8000, NET_BYTEORDER: 0x4000 } as const;

/** NETLINK_*: socket protocols and socket options (level SOL_NETLINK, 270). */
export const NETLINK = { ROUTE: 0, GENERIC: 16, CAP_ACK: 10, EXT_ACK: 11, ADD_MEMBERSHIP: 1 } as const;

/** AF_* of bits/socket.h. */
export const AF = { UNSPEC: 0, INET: 2, INET6: 10 } as const;

/** Messages and attributes are aligned to four bytes (NLMSG_ALIGNTO, NLA_ALIGNTO). */
export function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}

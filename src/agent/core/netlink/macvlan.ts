import { concat } from '../bytes/write.ts';
import { attribute, attributeName, attributeU32, attributeU8, nested } from './attribute.ts';
import { linkHeader } from './link.ts';
import type { Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import {
  IFLA,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_INFO,
  IFLA_MACVLAN,
  IN6_ADDR_GEN_MODE_NONE,
  MACVLAN_MODE_PRIVATE,
  RTM,
} from './rtnetlink-number.ts';

/** An interface of its own for a virtual router, with the router's hardware address (RFC 9568 §7.3). */
export interface Macvlan {
  /** At most 15 bytes. */
  readonly name: string;
  /** Index of the interface that it sends and receives through. */
  readonly parent: number;
  readonly mac: Uint8Array;
}

/**
 * Makes the interface, which is down. It hears nothing of other macvlans of its parent. EEXIST (17): there is one of that
 * name; EOPNOTSUPP (95): the kernel has no macvlan.
 */
export function newMacvlan({ name, parent, mac }: Macvlan): Request {
  const mode = attributeU32(IFLA_MACVLAN.MODE, MACVLAN_MODE_PRIVATE);
  const payload = concat([
    linkHeader(0, 0, 0),
    attributeName(IFLA.IFNAME, name),
    attributeU32(IFLA.LINK, parent),
    attribute(IFLA.ADDRESS, mac),
    nested(IFLA.LINKINFO, [attributeName(IFLA_INFO.KIND, 'macvlan'), nested(IFLA_INFO.DATA, [mode])]),
  ]);
  return { type: RTM.NEWLINK, flags: NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL, payload };
}

/**
 * Keeps an interface from making a link-local address of its own, which two routers with one virtual hardware address
 * would share. It is to be asked before `setLink` sets the interface up, and cannot be said in either that or the
 * request that makes it. EAFNOSUPPORT (97): the kernel has no IPv6, or not on this interface.
 */
export function withoutLinkLocal(index: number): Request {
  const mode = attributeU8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
  const payload = concat([linkHeader(index, 0, 0), nested(IFLA.AF_SPEC, [nested(AF.INET6, [mode])])]);
  return { type: RTM.NEWLINK, flags: NLM_F.REQUEST | NLM_F.ACK, payload };
}

/** Takes an interface away that was made, and its addresses with it. ENODEV (19): it is gone already. */
export function deleteLink(index: number): Request {
  return { type: RTM.DELLINK, flags: NLM_F.REQUEST | NLM_F.ACK, payload: linkHeader(index, 0, 0) };
}

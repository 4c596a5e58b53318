import { addressBytes, familyOf, type Family } from '../../../keepalived/text/address.ts';
import { concat, u16le, u32le, u8 } from '../bytes/write.ts';
import type { Route } from '../../../keepalived/model-vrrp.ts';
import { attribute, attributeU32, nested } from './attribute.ts';
import type { Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { RT_SCOPE, RT_TABLE, RTA, RTAX_MTU, RTM, RTN, RTNH_F_ONLINK, RTPROT } from './rtnetlink-number.ts';

/**
 * Adds a route; EEXIST (17): it is there already. Its scope is global unless the file says another, as keepalived has it
 * and other than ip-route(8), which gives `link` to one without a gateway.
 * @param index of the interface; undefined leaves it to the kernel to find one that leads to `via`. Routes that are not
 * `unicast` have none
 */
export function newRoute(route: Route, index: number | undefined): Request {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL;
  return { type: RTM.NEWROUTE, flags, payload: routePayload(route, index, route.scope ?? RT_SCOPE.UNIVERSE) };
}

/** Takes a route away, one of our protocol only; ESRCH (3): it is gone already. */
export function deleteRoute(route: Route, index: number | undefined): Request {
  const payload = routePayload(route, index, route.scope ?? RT_SCOPE.NOWHERE);
  return { type: RTM.DELROUTE, flags: NLM_F.REQUEST | NLM_F.ACK, payload };
}

/** struct rtmsg and attributes. */
function routePayload(route: Route, index: number | undefined, scope: number): Uint8Array {
  const { family, destination, table, via, src, metric, mtu } = route;
  const attributes = [attributeU32(RTA.TABLE, table)];
  if (destination.prefix > 0) attributes.push(attribute(RTA.DST, addressBytes(destination.address)));
  if (via !== undefined) attributes.push(gateway(family, via));
  if (index !== undefined && route.type === 'unicast') attributes.push(attributeU32(RTA.OIF, index));
  if (src !== undefined) attributes.push(attribute(RTA.PREFSRC, addressBytes(src)));
  if (metric !== undefined) attributes.push(attributeU32(RTA.PRIORITY, metric));
  if (mtu !== undefined) attributes.push(nested(RTA.METRICS, [attributeU32(RTAX_MTU, mtu)]));
  return concat([
    u8(family === 'ipv4' ? AF.INET : AF.INET6),
    u8(destination.prefix),
    u8(0),
    u8(0),
    u8(table < 256 ? table : RT_TABLE.UNSPEC),
    u8(route.protocol ?? RTPROT.KEEPALIVED),
    u8(scope),
    u8(RTN[route.type]),
    u32le(route.onlink ? RTNH_F_ONLINK : 0),
    ...attributes,
  ]);
}

/** struct rtvia where the gateway is of the other family (Linux 5.2). */
function gateway(family: Family, via: string): Uint8Array {
  const bytes = addressBytes(via);
  if (familyOf(via) === family) return attribute(RTA.GATEWAY, bytes);
  return attribute(RTA.VIA, concat([u16le(familyOf(via) === 'ipv4' ? AF.INET : AF.INET6), bytes]));
}

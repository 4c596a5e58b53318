import { addressBytes, familyOf, type Family } from '../../../keepalived/text/address.ts';
import { concat, u16le, u32le, u8 } from '../bytes/write.ts';
import type { Route } from '../../../keepalived/model/vrrp.ts';
import { attribute, attributeU32, nested } from './attribute.ts';
import type { Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { RT_SCOPE, RT_TABLE, RTA, RTAX_MTU, RTM, RTN, RTNH_F_ONLINK, RTPROT } from './rtnetlink-number.ts';

/**
 * Adds a route; EEXIST (17): already present. The default scope is global as in keepalived, unlike in ip-route(8),
 * which uses `link` without a gateway.
 * @param index of the interface; if undefined, the kernel selects the one that reaches `via`. Ignored for types other
 * than `unicast`
 */
export function newRoute(route: Route, index: number | undefined): Request {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL;
  return { type: RTM.NEWROUTE, flags, payload: routePayload(route, index, route.scope ?? RT_SCOPE.UNIVERSE) };
}

/** Removes a route with our protocol number; ESRCH (3): not present. */
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

/** Uses struct rtvia if the gateway belongs to the other family (Linux 5.2). */
function gateway(family: Family, via: string): Uint8Array {
  const bytes = addressBytes(via);
  if (familyOf(via) === family) return attribute(RTA.GATEWAY, bytes);
  return attribute(RTA.VIA, concat([u16le(familyOf(via) === 'ipv4' ? AF.INET : AF.INET6), bytes]));
}

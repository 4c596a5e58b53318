import { addressBytes, familyOf, formatAddress, type Family } from '../bytes/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u16le, u32le, u8 } from '../bytes/write.ts';
import type { Route } from '../conf/model-vrrp.ts';
import { attribute, attributeU32, Attributes, nested } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { RT_SCOPE, RT_TABLE, RTA, RTAX_MTU, RTM, RTN, RTNH_F_ONLINK, RTPROT } from './rtnetlink-number.ts';

/** A route as RTM_NEWROUTE tells it. Next hops of a multipath route are not told. */
export interface RouteReport {
  readonly family: Family;
  readonly destination: { readonly address: string; readonly prefix: number };
  /** RTN_* of linux/rtnetlink.h. */
  readonly type: number;
  readonly via: string | undefined;
  /** Index of the interface. */
  readonly oif: number | undefined;
  readonly src: string | undefined;
  readonly table: number;
  readonly metric: number | undefined;
  readonly scope: number;
  readonly protocol: number;
}

/** Asks for all routes of both families, those of the local table and of the cache too. */
export function dumpRoutes(): Request {
  const payload = concat([u8(AF.UNSPEC), new Uint8Array(11)]);
  return { type: RTM.GETROUTE, flags: NLM_F.REQUEST | NLM_F.DUMP, payload };
}

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

/** The route of an RTM_NEWROUTE or RTM_DELROUTE; undefined for families that are neither IPv4 nor IPv6. */
export function decodeRoute(message: Message): RouteReport | 'malformed' | undefined {
  const reader = new ByteReader(message.payload);
  const number = reader.u8();
  const prefix = reader.u8();
  reader.skip(2);
  const [table, protocol, scope, type] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  reader.skip(4);
  if (reader.failed) return 'malformed';
  if (number !== AF.INET && number !== AF.INET6) return undefined;
  const attributes = new Attributes(reader.take(reader.left));
  const length = number === AF.INET ? 4 : 16;
  const destination = attributes.bytes(RTA.DST) ?? new Uint8Array(length);
  const src = attributes.bytes(RTA.PREFSRC);
  const via = attributes.bytes(RTA.GATEWAY) ?? attributes.bytes(RTA.VIA)?.subarray(2);
  const report = {
    family: number === AF.INET ? ('ipv4' as const) : ('ipv6' as const),
    type,
    oif: attributes.u32(RTA.OIF),
    table: attributes.u32(RTA.TABLE) ?? table,
    metric: attributes.u32(RTA.PRIORITY),
    scope,
    protocol,
  };
  const addresses = [destination, src ?? destination, via ?? destination];
  if (attributes.failed || addresses.some((bytes) => bytes.length !== 4 && bytes.length !== 16)) return 'malformed';
  return {
    ...report,
    destination: { address: formatAddress(destination), prefix },
    src: src === undefined ? undefined : formatAddress(src),
    via: via === undefined ? undefined : formatAddress(via),
  };
}

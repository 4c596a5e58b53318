import { type Family, addressBytes, familyOf, formatAddress } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u32be, u32le } from '../bytes/write.ts';
import type { Protocol, Tunnel } from '../../../keepalived/model/check.ts';
import { SERVICE_FLAGS } from '../../../keepalived/ipvs/flags.ts';
import type { Destination, Service, ServiceId } from '../../../keepalived/ipvs/table.ts';
import {
  type Attributes,
  attribute,
  attributeName,
  attributeU16,
  attributeU16be,
  attributeU32,
  attributeU8,
  nested,
} from './attribute.ts';
import { IPVS_CMD_ATTR, IPVS_DEST_ATTR, IPVS_SVC_ATTR, TUNNEL_FLAG, TUNNEL_TYPES } from './ipvs-number.ts';
import { AF } from './number.ts';

/** IPPROTO_* of linux/in.h. */
const PROTOCOLS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

export type ServiceEntry = Omit<Service, 'destinations'>;

/** IPVS_CMD_ATTR_SERVICE with the identity of a service. */
export function serviceIdAttribute(id: ServiceId): Uint8Array {
  return nested(IPVS_CMD_ATTR.SERVICE, serviceIdentity(id));
}

/** IPVS_CMD_ATTR_SERVICE with all attributes required by NEW_SERVICE and SET_SERVICE. */
export function serviceAttribute(service: ServiceEntry): Uint8Array {
  const { id, scheduler, timeout, persistenceEngine } = service;
  // struct ip_vs_flags: value and mask. HASHED is internal to the kernel: it marks a service as already in the table.
  const flags = concat([u32le(service.flags & ~SERVICE_FLAGS.HASHED), u32le(0xffffffff)]);
  // A mask is in network byte order, a prefix length in host byte order.
  const netmask = familyOfService(id) === 'ipv4' ? u32be(service.netmask) : u32le(service.netmask);
  return nested(IPVS_CMD_ATTR.SERVICE, [
    ...serviceIdentity(id),
    attributeName(IPVS_SVC_ATTR.SCHED_NAME, scheduler),
    ...(persistenceEngine === undefined ? [] : [attributeName(IPVS_SVC_ATTR.PE_NAME, persistenceEngine)]),
    attribute(IPVS_SVC_ATTR.FLAGS, flags),
    attributeU32(IPVS_SVC_ATTR.TIMEOUT, timeout),
    attribute(IPVS_SVC_ATTR.NETMASK, netmask),
  ]);
}

/** Decodes IPVS_CMD_ATTR_SERVICE; undefined if something is missing or unknown. */
export function decodeService(attributes: Attributes): ServiceEntry | undefined {
  const id = decodeServiceId(attributes);
  const scheduler = attributes.name(IPVS_SVC_ATTR.SCHED_NAME);
  const flags = attributes.u32(IPVS_SVC_ATTR.FLAGS);
  const timeout = attributes.u32(IPVS_SVC_ATTR.TIMEOUT);
  const netmask = attributes.bytes(IPVS_SVC_ATTR.NETMASK);
  if (id === undefined || scheduler === undefined || flags === undefined || timeout === undefined) return undefined;
  if (netmask?.length !== 4 || attributes.failed) return undefined;
  const reader = new ByteReader(netmask);
  return {
    id,
    scheduler,
    flags: (flags & ~SERVICE_FLAGS.HASHED) >>> 0,
    timeout: (flags & SERVICE_FLAGS.PERSISTENT) === 0 ? 0 : timeout,
    netmask: familyOfService(id) === 'ipv4' ? reader.u32() : reader.u32le(),
    persistenceEngine: attributes.name(IPVS_SVC_ATTR.PE_NAME),
  };
}

export function familyOfService(id: ServiceId): Family {
  return id.kind === 'fwmark' ? id.family : familyOf(id.address);
}

/** union nf_inet_addr: 16 bytes; IPv4 uses the first four. */
export function addressUnion(address: string): Uint8Array {
  return concat([addressBytes(address), new Uint8Array(12)]).slice(0, 16);
}

/** Undefined if there are too few bytes for the family. */
export function decodeAddressUnion(family: Family, bytes: Uint8Array | undefined): string | undefined {
  const length = family === 'ipv4' ? 4 : 16;
  return bytes === undefined || bytes.length < length ? undefined : formatAddress(bytes.subarray(0, length));
}

export function familyNumber(family: Family): number {
  return family === 'ipv4' ? AF.INET : AF.INET6;
}

export function familyOfNumber(number: number | undefined): Family | undefined {
  return number === AF.INET ? 'ipv4' : number === AF.INET6 ? 'ipv6' : undefined;
}

function serviceIdentity(id: ServiceId): readonly Uint8Array[] {
  const family = attributeU16(IPVS_SVC_ATTR.AF, familyNumber(familyOfService(id)));
  if (id.kind === 'fwmark') return [family, attributeU32(IPVS_SVC_ATTR.FWMARK, id.fwmark)];
  return [
    family,
    attributeU16(IPVS_SVC_ATTR.PROTOCOL, PROTOCOLS[id.protocol]),
    attribute(IPVS_SVC_ATTR.ADDR, addressUnion(id.address)),
    attributeU16be(IPVS_SVC_ATTR.PORT, id.port),
  ];
}

function decodeServiceId(attributes: Attributes): ServiceId | undefined {
  const family = familyOfNumber(attributes.u16(IPVS_SVC_ATTR.AF));
  const fwmark = attributes.u32(IPVS_SVC_ATTR.FWMARK);
  if (family === undefined) return undefined;
  if (fwmark !== undefined) return { kind: 'fwmark', family, fwmark };
  const number = attributes.u16(IPVS_SVC_ATTR.PROTOCOL);
  const protocol = number === 6 ? 'TCP' : number === 17 ? 'UDP' : number === 132 ? 'SCTP' : undefined;
  const address = decodeAddressUnion(family, attributes.bytes(IPVS_SVC_ATTR.ADDR));
  const port = attributes.u16be(IPVS_SVC_ATTR.PORT);
  if (protocol === undefined || address === undefined || port === undefined) return undefined;
  return { kind: 'address', protocol, address, port };
}

/** IP_VS_CONN_F_* (linux/ip_vs.h): the forwarding method, in the lowest three bits. */
const FORWARDING = ['NAT', 'local', 'TUN', 'DR'] as const;

/** IPVS_CMD_ATTR_DEST with the identity of a destination. */
export function destinationIdAttribute(address: string, port: number): Uint8Array {
  return nested(IPVS_CMD_ATTR.DEST, destinationIdentity(address, port));
}

/** IPVS_CMD_ATTR_DEST with all attributes required by NEW_DEST and SET_DEST. */
export function destinationAttribute(destination: Destination): Uint8Array {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  return nested(IPVS_CMD_ATTR.DEST, [
    ...destinationIdentity(address, port),
    attributeU32(IPVS_DEST_ATTR.FWD_METHOD, FORWARDING.indexOf(forwarding)),
    attributeU32(IPVS_DEST_ATTR.WEIGHT, weight),
    ...(tunnel === undefined ? [] : tunnelAttributes(tunnel)),
    attributeU32(IPVS_DEST_ATTR.U_THRESH, upperThreshold),
    attributeU32(IPVS_DEST_ATTR.L_THRESH, lowerThreshold),
  ]);
}

/**
 * Decodes IPVS_CMD_ATTR_DEST; undefined if something is missing or unknown. `tunnel` is undefined for ipip.
 * @param family of the service: kernels before 3.18 do not report one per destination
 */
export function decodeDestination(attributes: Attributes, family: Family): Destination | undefined {
  const own = familyOfNumber(attributes.u16(IPVS_DEST_ATTR.ADDR_FAMILY)) ?? family;
  const address = decodeAddressUnion(own, attributes.bytes(IPVS_DEST_ATTR.ADDR));
  const port = attributes.u16be(IPVS_DEST_ATTR.PORT);
  const method = attributes.u32(IPVS_DEST_ATTR.FWD_METHOD);
  const weight = attributes.i32(IPVS_DEST_ATTR.WEIGHT);
  const forwarding = method === undefined ? undefined : FORWARDING[method & 7];
  if (address === undefined || port === undefined || weight === undefined || forwarding === undefined) return undefined;
  const upperThreshold = attributes.u32(IPVS_DEST_ATTR.U_THRESH) ?? 0;
  const lowerThreshold = attributes.u32(IPVS_DEST_ATTR.L_THRESH) ?? 0;
  const tunnel = forwarding === 'TUN' ? decodeTunnel(attributes) : undefined;
  if (attributes.failed) return undefined;
  return { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel };
}

function destinationIdentity(address: string, port: number): readonly Uint8Array[] {
  return [
    attributeU16(IPVS_DEST_ATTR.ADDR_FAMILY, familyNumber(familyOf(address))),
    attribute(IPVS_DEST_ATTR.ADDR, addressUnion(address)),
    attributeU16be(IPVS_DEST_ATTR.PORT, port),
  ];
}

/** Kernels before 5.2 support only ipip, without attributes for it. */
function tunnelAttributes(tunnel: Tunnel): readonly Uint8Array[] {
  if (tunnel.type === 'ipip') return [];
  return [
    attributeU8(IPVS_DEST_ATTR.TUN_TYPE, TUNNEL_TYPES.indexOf(tunnel.type)),
    attributeU16be(IPVS_DEST_ATTR.TUN_PORT, tunnel.type === 'gue' ? tunnel.port : 0),
    attributeU16(IPVS_DEST_ATTR.TUN_FLAGS, TUNNEL_FLAG[tunnel.csum]),
  ];
}

function decodeTunnel(attributes: Attributes): Tunnel | undefined {
  const type = TUNNEL_TYPES[attributes.u8(IPVS_DEST_ATTR.TUN_TYPE) ?? 0];
  const flags = attributes.u16(IPVS_DEST_ATTR.TUN_FLAGS) ?? 0;
  const csum = (flags & TUNNEL_FLAG.csum) === 0 ? 'none' : 'csum';
  if (type === 'gre') return { type, csum };
  if (type !== 'gue') return undefined;
  const port = attributes.u16be(IPVS_DEST_ATTR.TUN_PORT) ?? 0;
  return { type, port, csum: (flags & TUNNEL_FLAG.remcsum) === 0 ? csum : 'remcsum' };
}

import { addressBytes, familyOf, formatAddress, type Family } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u32be, u32le } from '../bytes/write.ts';
import type { Protocol } from '../../../keepalived/model-check.ts';
import { SERVICE_FLAGS } from '../../../keepalived/ipvs/flags.ts';
import type { Service, ServiceId } from '../../../keepalived/ipvs/table.ts';
import {
  attribute,
  attributeName,
  type Attributes,
  attributeU16,
  attributeU16be,
  attributeU32,
  nested,
} from './attribute.ts';
import { IPVS_CMD_ATTR, IPVS_SVC_ATTR } from './ipvs-number.ts';
import { AF } from './number.ts';

/** IPPROTO_* of linux/in.h. */
const PROTOCOLS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

export type ServiceEntry = Omit<Service, 'destinations'>;

/** IPVS_CMD_ATTR_SERVICE with what the kernel finds a service by. */
export function serviceIdAttribute(id: ServiceId): Uint8Array {
  return nested(IPVS_CMD_ATTR.SERVICE, identity(id));
}

/** IPVS_CMD_ATTR_SERVICE with all that NEW_SERVICE and SET_SERVICE want to be told. */
export function serviceAttribute(service: ServiceEntry): Uint8Array {
  const { id, scheduler, timeout, persistenceEngine } = service;
  // struct ip_vs_flags: value and mask. HASHED would say that a new service is in the table already.
  const flags = concat([u32le(service.flags & ~SERVICE_FLAGS.HASHED), u32le(0xffffffff)]);
  // A mask is in network order; a prefix length is a number of this host.
  const netmask = familyOfService(id) === 'ipv4' ? u32be(service.netmask) : u32le(service.netmask);
  return nested(IPVS_CMD_ATTR.SERVICE, [
    ...identity(id),
    attributeName(IPVS_SVC_ATTR.SCHED_NAME, scheduler),
    ...(persistenceEngine === undefined ? [] : [attributeName(IPVS_SVC_ATTR.PE_NAME, persistenceEngine)]),
    attribute(IPVS_SVC_ATTR.FLAGS, flags),
    attributeU32(IPVS_SVC_ATTR.TIMEOUT, timeout),
    attribute(IPVS_SVC_ATTR.NETMASK, netmask),
  ]);
}

/** The service within IPVS_CMD_ATTR_SERVICE; undefined when something is missing or not known here. */
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

/** union nf_inet_addr: 16 bytes, of which IPv4 uses the first four. */
export function addressUnion(address: string): Uint8Array {
  return concat([addressBytes(address), new Uint8Array(12)]).slice(0, 16);
}

/** Undefined when there are fewer bytes than the family needs. */
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

function identity(id: ServiceId): readonly Uint8Array[] {
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

import { familyOf, type Family } from '../../../keepalived/text/address.ts';
import type { Tunnel } from '../../../keepalived/model-check.ts';
import type { Destination } from '../../../keepalived/ipvs/table.ts';
import {
  attribute,
  type Attributes,
  attributeU16,
  attributeU16be,
  attributeU32,
  attributeU8,
  nested,
} from './attribute.ts';
import { IPVS_CMD_ATTR, IPVS_DEST_ATTR, TUNNEL_FLAG, TUNNEL_TYPES } from './ipvs-number.ts';
import { addressUnion, decodeAddressUnion, familyNumber, familyOfNumber } from './ipvs-service.ts';

/** IP_VS_CONN_F_* (linux/ip_vs.h): how packets are forwarded, the lowest three bits. */
const FORWARDING = ['NAT', 'local', 'TUN', 'DR'] as const;

/** IPVS_CMD_ATTR_DEST with what the kernel finds a destination by. */
export function destinationIdAttribute(address: string, port: number): Uint8Array {
  return nested(IPVS_CMD_ATTR.DEST, identity(address, port));
}

/** IPVS_CMD_ATTR_DEST with all that NEW_DEST and SET_DEST want to be told. */
export function destinationAttribute(destination: Destination): Uint8Array {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  return nested(IPVS_CMD_ATTR.DEST, [
    ...identity(address, port),
    attributeU32(IPVS_DEST_ATTR.FWD_METHOD, FORWARDING.indexOf(forwarding)),
    attributeU32(IPVS_DEST_ATTR.WEIGHT, weight),
    ...(tunnel === undefined ? [] : tunnelAttributes(tunnel)),
    attributeU32(IPVS_DEST_ATTR.U_THRESH, upperThreshold),
    attributeU32(IPVS_DEST_ATTR.L_THRESH, lowerThreshold),
  ]);
}

/**
 * The destination within IPVS_CMD_ATTR_DEST; undefined when something is missing or not known here. `tunnel` is
 * undefined for ipip, which is what a tunnel is that nothing was said of.
 * @param family of its service: kernels before 3.18 have no family of destinations
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

function identity(address: string, port: number): readonly Uint8Array[] {
  return [
    attributeU16(IPVS_DEST_ATTR.ADDR_FAMILY, familyNumber(familyOf(address))),
    attribute(IPVS_DEST_ATTR.ADDR, addressUnion(address)),
    attributeU16be(IPVS_DEST_ATTR.PORT, port),
  ];
}

/** Kernels before 5.2 know ipip alone, and are told nothing of it. */
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

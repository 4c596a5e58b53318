import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u16le, u8 } from '../bytes/write.ts';
import { attributeName, Attributes } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { NLM_F } from './number.ts';

/** GENL_ID_CTRL: the only family with a fixed number (linux/genetlink.h). */
export const GENL_ID_CTRL = 0x10;
/** CTRL_CMD_* and CTRL_ATTR_* of linux/genetlink.h. */
const CTRL_CMD = { NEWFAMILY: 1, GETFAMILY: 3 } as const;
const CTRL_ATTR = { FAMILY_ID: 1, FAMILY_NAME: 2, VERSION: 3 } as const;

/** A generic netlink family; its id is assigned at run time. */
export interface GenericFamily {
  readonly id: number;
  readonly name: string;
  readonly version: number;
}

export interface GenericMessage {
  readonly command: number;
  readonly attributes: Attributes;
}

/**
 * struct genlmsghdr and attributes.
 * @param mode `ack`: at most one answer, then an acknowledgement; `dump`: all entries
 */
export function genericRequest(
  family: Pick<GenericFamily, 'id' | 'version'>,
  command: number,
  attributes: readonly Uint8Array[],
  mode: 'ack' | 'dump' = 'ack',
): Request {
  return {
    type: family.id,
    flags: NLM_F.REQUEST | (mode === 'dump' ? NLM_F.DUMP : NLM_F.ACK),
    payload: concat([u8(command), u8(family.version), u16le(0), ...attributes]),
  };
}

/** Undefined if too short. */
export function decodeGeneric(message: Message): GenericMessage | undefined {
  const reader = new ByteReader(message.payload);
  const command = reader.u8();
  reader.skip(3);
  if (reader.failed) return undefined;
  return { command, attributes: new Attributes(reader.take(reader.left)) };
}

/**
 * Looks up the id of a family. ENOENT (2): not available, or not yet: some families, ip_vs among them, are loaded on
 * request.
 */
export function getFamily(name: string): Request {
  const controller = { id: GENL_ID_CTRL, version: 1 };
  return genericRequest(controller, CTRL_CMD.GETFAMILY, [attributeName(CTRL_ATTR.FAMILY_NAME, name)]);
}

/** The answer to `getFamily`; undefined for any other message. */
export function decodeFamily(message: Message): GenericFamily | undefined {
  const generic = message.type === GENL_ID_CTRL ? decodeGeneric(message) : undefined;
  if (generic?.command !== CTRL_CMD.NEWFAMILY) return undefined;
  const { attributes } = generic;
  const id = attributes.u16(CTRL_ATTR.FAMILY_ID);
  const name = attributes.name(CTRL_ATTR.FAMILY_NAME);
  const version = attributes.u32(CTRL_ATTR.VERSION);
  if (attributes.failed || id === undefined || name === undefined || version === undefined) return undefined;
  return { id, name, version };
}

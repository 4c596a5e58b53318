import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u16le, u32le } from '../bytes/write.ts';
import { align } from './number.ts';

/** A request without its sequence number, which the socket assigns. `flags` includes NLM_F_REQUEST. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** struct nlmsghdr (linux/netlink.h) and its payload. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** nlmsg_pid: the port of the requesting socket; 0 in notifications. */
  readonly port: number;
  readonly payload: Uint8Array;
}

/** sizeof(struct nlmsghdr). */
export const HEADER = 16;

/** Encodes a request. @param sequence 1 to 2³²-1, not in use by a pending request on the socket */
export function encodeRequest(request: Request, sequence: number): Uint8Array {
  const { type, flags, payload } = request;
  const length = HEADER + payload.length;
  const padding = new Uint8Array(align(length) - length);
  return concat([u32le(length), u16le(type), u16le(flags), u32le(sequence), u32le(0), payload, padding]);
}

/**
 * The messages of a received datagram. `failed`: it ends within a message, for example because the buffer was too
 * small; the complete messages before it are returned. Payloads are views and valid until the buffer is reused.
 */
export function decodeMessages(bytes: Uint8Array): { readonly messages: readonly Message[]; readonly failed: boolean } {
  const messages: Message[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const reader = new ByteReader(bytes, offset);
    const length = reader.u32le();
    const type = reader.u16le();
    const flags = reader.u16le();
    const sequence = reader.u32le();
    const port = reader.u32le();
    // A length below the header size, such as zero, would loop forever.
    const payload = reader.take(length - HEADER);
    if (reader.failed) return { messages, failed: true };
    messages.push({ type, flags, sequence, port, payload });
    offset += align(length);
  }
  return { messages, failed: false };
}

import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u16le, u32le } from '../bytes/write.ts';
import { align } from './number.ts';

/** A request without what only its sender knows: the sequence number. `flags` has NLM_F_REQUEST already. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** struct nlmsghdr (linux/netlink.h) and what follows it. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** nlmsg_pid: the port of the socket that it answers; 0 in what the kernel tells everybody. */
  readonly port: number;
  readonly payload: Uint8Array;
}

/** Bytes of struct nlmsghdr. */
export const HEADER = 16;

/** One datagram for the kernel. @param sequence 1 to 2³²-1, not that of a request still unanswered on the socket */
export function encodeRequest(request: Request, sequence: number): Uint8Array {
  const { type, flags, payload } = request;
  const length = HEADER + payload.length;
  const padding = new Uint8Array(align(length) - length);
  return concat([u32le(length), u16le(type), u16le(flags), u32le(sequence), u32le(0), payload, padding]);
}

/**
 * The messages of one datagram as it was received. `failed`: it ends within a message, as one does that was longer than
 * the buffer; the whole ones before are there. Payloads are views, valid as long as the buffer is not used again.
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
    // A length below the header's (zero above all) would never end.
    const payload = reader.take(length - HEADER);
    if (reader.failed) return { messages, failed: true };
    messages.push({ type, flags, sequence, port, payload });
    offset += align(length);
  }
  return { messages, failed: false };
}

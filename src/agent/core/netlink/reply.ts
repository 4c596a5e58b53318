import { ByteReader } from '../bytes/byte-reader.ts';
import { Attributes } from './attribute.ts';
import { decodeMessages, HEADER, type Message } from './message.ts';
import { align, NLM_F, NLMSG, NLMSGERR_ATTR } from './number.ts';

/** Why the kernel refused a request. */
export interface Refusal {
  /** A positive errno. */
  readonly errno: number;
  /** The kernel's message (NETLINK_EXT_ACK), if any. */
  readonly text: string | undefined;
}

/** The answer to one request, received so far. */
export interface Reply {
  readonly sequence: number;
  readonly messages: readonly Message[];
  /**
   * `interrupted`: the dump is inconsistent because the data changed meanwhile, and has to be repeated.
   * `broken`: malformed bytes; nothing more can be expected.
   */
  readonly status: 'open' | 'done' | 'refused' | 'interrupted' | 'broken';
  /** Set if `refused`. */
  readonly refusal: Refusal | undefined;
}

/** A reply before any datagram. */
export function openReply(sequence: number): Reply {
  return { sequence, messages: [], status: 'open', refusal: undefined };
}

/**
 * Adds a datagram, which is copied. Messages with other sequence numbers (late answers, notifications) are skipped. A
 * request with NLM_F_ACK ends with its acknowledgement, a dump with NLMSG_DONE.
 */
export function takeReply(reply: Reply, datagram: Uint8Array): Reply {
  if (reply.status !== 'open') return reply;
  const { messages, failed } = decodeMessages(datagram.slice());
  const fresh: Message[] = [];
  for (const message of messages) {
    if (message.sequence !== reply.sequence || message.type === NLMSG.NOOP) continue;
    if (message.type >= NLMSG.MIN_TYPE) fresh.push(message);
    else return { ...reply, messages: [...reply.messages, ...fresh], ...endOf(message, [...reply.messages, ...fresh]) };
  }
  return { ...reply, messages: [...reply.messages, ...fresh], status: failed ? 'broken' : 'open' };
}

function endOf(message: Message, before: readonly Message[]): Pick<Reply, 'status' | 'refusal'> {
  const refusal = message.type === NLMSG.OVERRUN ? undefined : decodeRefusal(message);
  if (refusal === 'broken') return { status: 'broken', refusal: undefined };
  if (refusal !== undefined) return { status: 'refused', refusal };
  const interrupted = [...before, message].some(({ flags }) => (flags & NLM_F.DUMP_INTR) !== 0);
  return { status: message.type === NLMSG.OVERRUN || interrupted ? 'interrupted' : 'done', refusal };
}

/**
 * struct nlmsgerr of an NLMSG_ERROR, or the error code of an NLMSG_DONE; undefined if there is no error. Attributes
 * follow the quoted request, of which NLM_F_CAPPED keeps only the header.
 */
export function decodeRefusal(message: Message): Refusal | 'broken' | undefined {
  const reader = new ByteReader(message.payload);
  const error = reader.i32le();
  // Old kernels send NLMSG_DONE without an error code.
  if (reader.failed) return message.type === NLMSG.DONE && message.payload.length === 0 ? undefined : 'broken';
  if (error >= 0) return undefined;
  return { errno: -error, text: message.type === NLMSG.DONE ? textAt(message, 4) : errorText(message) };
}

function errorText(message: Message): string | undefined {
  const quoted = new ByteReader(message.payload, 4).u32le();
  return textAt(message, 4 + ((message.flags & NLM_F.CAPPED) !== 0 ? HEADER : align(quoted)));
}

function textAt(message: Message, offset: number): string | undefined {
  if ((message.flags & NLM_F.ACK_TLVS) === 0) return undefined;
  return new Attributes(message.payload.subarray(offset)).name(NLMSGERR_ATTR.MSG);
}

import { concat, u64le } from '../../core/bytes/write.ts';
import { encodeRequest, type Message, type Request } from '../../core/netlink/message.ts';
import { NETLINK } from '../../core/netlink/number.ts';
import { openReply, type Reply, takeReply } from '../../core/netlink/reply.ts';
import { describeErrno, errno, isErrno } from '../sys/errno.ts';
import { AF_NETLINK, encodeSocketAddress } from './socket-address.ts';
import { receive, setOption, SOCK_RAW, SOL_SOCKET } from './sockets.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const SOL_NETLINK = 270;
const SO_RCVTIMEO = 20;
const SOCK_CLOEXEC = 0o2000000;
const PATIENCE_S = 2n;
const BUFFER = 65_536;
const MSG_DONTWAIT = 0x40;
/** Attempts for a dump that is interrupted by changes. */
const DUMPS = 5;

export type Answer =
  | { readonly kind: 'done'; readonly messages: readonly Message[] }
  /** `errno` is positive; `reason` is for the journal and includes the kernel's message, if any. */
  | { readonly kind: 'refused'; readonly errno: number; readonly reason: string };

/**
 * Synchronous netlink requests. The kernel answers within the sending call, so this blocks only while it is busy with
 * other requests.
 */
export class NetlinkSocket {
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER);
  #sequence = 0;
  /** An answer that timed out may still arrive. */
  #stale = false;

  /** @param protocol NETLINK.ROUTE or NETLINK.GENERIC. @throws Error if the socket is not available */
  constructor(sys: Sys, protocol: number) {
    this.#sys = sys;
    this.#fd = call(sys, 'socket', AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.#fd < 0) throw new Error(`cannot open a netlink socket: ${describeErrno(this.#fd)}`);
    setOption(sys, this.#fd, SOL_SOCKET, SO_RCVTIMEO, concat([u64le(PATIENCE_S), u64le(0n)]));
    // Error messages, from Linux 4.12.
    setOption(sys, this.#fd, SOL_NETLINK, NETLINK.EXT_ACK, 1);
  }

  request(request: Request): Answer {
    let reply = this.#once(request);
    for (let dumps = 1; reply.status === 'interrupted' && dumps < DUMPS; dumps++) reply = this.#once(request);
    // A dump that keeps changing is accepted, as notifications supply what is missing.
    if (reply.status === 'done' || reply.status === 'interrupted') return { kind: 'done', messages: reply.messages };
    const number = reply.refusal?.errno ?? errno('EBADMSG');
    const words = reply.refusal?.text;
    return {
      kind: 'refused',
      errno: number,
      reason: words === undefined ? describeErrno(number) : `${words}: ${describeErrno(number)}`,
    };
  }

  #once(request: Request): Reply {
    if (this.#stale) this.#drain();
    this.#sequence = (this.#sequence % 0xffffffff) + 1;
    let reply = openReply(this.#sequence);
    const kernel = encodeSocketAddress({ kind: 'netlink', pid: 0, groups: 0 });
    const bytes = encodeRequest(request, this.#sequence);
    const sent = call(this.#sys, 'sendto', this.#fd, bytes, bytes.length, 0, kernel, kernel.length);
    if (sent < 0) return failed(reply, sent);
    while (reply.status === 'open') {
      const length = receive(this.#sys, this.#fd, this.#buffer);
      if (length < 0) {
        this.#stale = true;
        return failed(reply, isErrno(length, 'EAGAIN') ? -errno('ETIMEDOUT') : length);
      }
      reply = takeReply(reply, this.#buffer.subarray(0, length));
    }
    this.#stale = reply.status === 'broken';
    return reply;
  }

  /** Drains late answers, because the kernel refuses a new dump (EBUSY) until the last one is read. */
  #drain(): void {
    for (let length = 0; length >= 0 || isErrno(length, 'EINTR', 'ENOBUFS');)
      length = call(this.#sys, 'recvfrom', this.#fd, this.#buffer, BUFFER, MSG_DONTWAIT, 0, 0);
    this.#stale = false;
  }
}

function failed(reply: Reply, result: number): Reply {
  return { ...reply, status: 'refused', refusal: { errno: -result, text: undefined } };
}

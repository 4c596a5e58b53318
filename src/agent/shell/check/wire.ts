import type { Sys } from '../sys/sys.ts';
import { describeErrno } from '../sys/errno.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Place } from './place.ts';

const MSG_NOSIGNAL = 0x4000;
const EAGAIN = 11;

/** I/O on a connected socket. Results are those of read(2) and write(2): a count or -errno. */
export interface Wire {
  /** Whether a read returns one message, and 0 means an empty one rather than the end. */
  readonly datagrams: boolean;
  /** Whether received data may be buffered in user space; if so, read until EAGAIN. */
  readonly buffers: boolean;
  /** 0: ready for `read` and `write`; -EAGAIN: call again when the descriptor is ready. */
  readonly greet: () => number;
  /** Whether the last -EAGAIN waits for writing. */
  readonly wantsWrite: () => boolean;
  readonly read: (buffer: Uint8Array) => number;
  readonly write: (bytes: Uint8Array) => number;
  /** Describes a negative result. */
  readonly reason: (result: number) => string;
  /** Releases everything except the descriptor. */
  readonly close: () => void;
}

/** Undefined if TLS is required but not available. */
export function openWire(sys: Sys, fd: number, place: Place): Wire | undefined {
  if (place.tls !== undefined) return tlsWire(sys, fd, place.tls.serverName);
  return new PlainWire(sys, fd, place);
}

class PlainWire implements Wire {
  readonly datagrams: boolean;
  readonly buffers = false;
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #stripsHeader: boolean;

  constructor(sys: Sys, fd: number, { transport, family }: Place) {
    this.datagrams = transport !== 'tcp';
    this.#sys = sys;
    this.#fd = fd;
    this.#stripsHeader = transport === 'ping' && family === 'ipv4';
  }

  greet(): number {
    return 0;
  }

  wantsWrite(): boolean {
    return false;
  }

  read(buffer: Uint8Array): number {
    const length = call(this.#sys, 'recvfrom', this.#fd, buffer, buffer.length, 0, 0, 0);
    return this.#stripsHeader && length > 0 ? withoutHeader(buffer, length) : length;
  }

  /** MSG_NOSIGNAL turns SIGPIPE into an error. */
  write(bytes: Uint8Array): number {
    return call(this.#sys, 'sendto', this.#fd, bytes, bytes.length, MSG_NOSIGNAL, 0, 0);
  }

  reason(result: number): string {
    return describeErrno(result);
  }

  close(): void {
    // Only the descriptor, which the caller closes.
  }
}

/** Raw IPv4 sockets include the IP header (raw(7)), raw IPv6 ones do not. */
function withoutHeader(buffer: Uint8Array, length: number): number {
  const header = Math.min(length, ((buffer[0] ?? 0) & 15) * 4);
  buffer.copyWithin(0, header, length);
  return length - header;
}

function tlsWire(sys: Sys, fd: number, serverName: string | undefined): Wire | undefined {
  const { tls } = sys;
  if (tls === undefined) return undefined;
  const handle = tls.open(fd, serverName);
  return {
    datagrams: false,
    buffers: true,
    greet: () => (handle < 0 ? handle : tls.handshake(handle)),
    wantsWrite: () => handle >= 0 && tls.wantsWrite(handle),
    read: (buffer) => tls.read(handle, buffer),
    write: (bytes) => tls.write(handle, bytes),
    reason: (result) => {
      const reason = handle < 0 ? '' : tls.reason(handle);
      return `TLS failed: ${reason === '' ? describeErrno(result) : reason}`;
    },
    close: () => {
      if (handle >= 0) tls.close(handle);
    },
  };
}

/** Whether to wait until the descriptor is ready again. */
export function wouldBlock(result: number): boolean {
  return result === -EAGAIN;
}

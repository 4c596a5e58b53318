import type { Sys } from '../sys/sys.ts';
import { describeErrno } from '../sys/errno.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Place } from './place.ts';

const MSG_NOSIGNAL = 0x4000;
const EAGAIN = 11;

/** What goes over a connected socket. Results are those of read(2) and write(2): a count, or -errno. */
export interface Wire {
  /** Whether one read is one message, and 0 an empty one rather than the end. */
  readonly datagrams: boolean;
  /** Whether what was received can be held back where the kernel does not see it: then read until EAGAIN. */
  readonly buffers: boolean;
  /** 0: ready for `read` and `write`; -EAGAIN: ask again when the descriptor is. */
  readonly greet: () => number;
  /** Of the last -EAGAIN: whether it waits to write. */
  readonly wantsWrite: () => boolean;
  readonly read: (buffer: Uint8Array) => number;
  readonly write: (bytes: Uint8Array) => number;
  /** What a result below 0 means. */
  readonly reason: (result: number) => string;
  /** Everything but the descriptor. */
  readonly close: () => void;
}

/** Undefined when the place asks for TLS and the host has none. */
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

  /** A peer that is gone must be an error, not a SIGPIPE. */
  write(bytes: Uint8Array): number {
    return call(this.#sys, 'sendto', this.#fd, bytes, bytes.length, MSG_NOSIGNAL, 0, 0);
  }

  reason(result: number): string {
    return describeErrno(result);
  }

  close(): void {
    // Nothing but the descriptor.
  }
}

/** A raw IPv4 socket hands over the IP header too (raw(7)); a raw IPv6 one does not. */
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
      const said = handle < 0 ? '' : tls.reason(handle);
      return `TLS failed: ${said === '' ? describeErrno(result) : said}`;
    },
    close: () => {
      if (handle >= 0) tls.close(handle);
    },
  };
}

/** Nothing to be had now: wait until the descriptor is ready again. */
export function wouldBlock(result: number): boolean {
  return result === -EAGAIN;
}

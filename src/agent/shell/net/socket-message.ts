import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { concat, u32le, u64le } from '../../core/bytes/write.ts';
import { isErrno } from '../sys/errno.ts';
import { encodeSocketAddress, type SocketAddress } from './socket-address.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

/** Ancillary data of a message (struct cmsghdr). */
export interface Control {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface SocketMessage {
  readonly payload: Uint8Array;
  /** An encoded struct sockaddr. */
  readonly from: Uint8Array;
  readonly controls: readonly Control[];
}

/** Offsets in struct msghdr and struct iovec on 64-bit Linux. */
const MSGHDR = 56;
const IOVEC = 16;
const CMSGHDR = 16;
const NAME = 128;
const MSG_NOSIGNAL = 0x4000;

/** A reusable message: header, vector, address, ancillary data and payload in one buffer. */
export type Outgoing = Uint8Array;

export function outgoing(sys: Sys, to: SocketAddress, payload: Uint8Array, controls: readonly Control[]): Outgoing {
  return layOut(sys, encodeSocketAddress(to), concat(controls.map(encodeControl)), payload);
}

/** Returns the number of bytes sent, or -errno. */
export function sendOutgoing(sys: Sys, fd: number, message: Outgoing): number {
  return call(sys, 'sendmsg', fd, message, MSG_NOSIGNAL);
}

/** Sends a message with ancillary data. Returns the number of bytes sent, or -errno. */
export function sendMessage(
  sys: Sys,
  fd: number,
  to: SocketAddress,
  payload: Uint8Array,
  controls: readonly Control[],
): number {
  return sendOutgoing(sys, fd, outgoing(sys, to, payload, controls));
}

/** Receives messages with ancillary data into a reusable buffer. */
export class MessageReceiver {
  readonly #sys: Sys;
  readonly #size: number;
  readonly #control: number;
  readonly #fresh: Uint8Array;
  readonly #arena: Uint8Array;

  /** @param size of the longest payload, @param control of all ancillary data; anything longer is truncated */
  constructor(sys: Sys, size: number, control: number) {
    this.#sys = sys;
    this.#size = size;
    this.#control = align(control);
    this.#arena = layOut(sys, new Uint8Array(NAME), new Uint8Array(this.#control), new Uint8Array(size));
    this.#fresh = this.#arena.slice(0, MSGHDR);
  }

  /** The next message, or -errno. The payload is a copy; everything else is valid until the next call. */
  receive(fd: number): SocketMessage | number {
    // The kernel overwrites buffer sizes with the lengths used.
    this.#arena.set(this.#fresh);
    const length = call(this.#sys, 'recvmsg', fd, this.#arena, 0);
    if (isErrno(length, 'EINTR')) return this.receive(fd);
    if (length < 0) return length;
    const nameAt = MSGHDR + IOVEC;
    const controlAt = nameAt + NAME;
    const payloadAt = controlAt + this.#control;
    const nameLength = new ByteReader(this.#arena, 8).u32le();
    const controlLength = new ByteReader(this.#arena, 40).u32le();
    return {
      payload: this.#arena.slice(payloadAt, payloadAt + Math.min(length, this.#size)),
      from: this.#arena.subarray(nameAt, nameAt + Math.min(nameLength, NAME)),
      controls: decodeControls(this.#arena.subarray(controlAt, controlAt + Math.min(controlLength, this.#control))),
    };
  }
}

/** Lays out header, vector, name, control and payload in one buffer, so that all pointers stay valid with it. */
function layOut(sys: Sys, name: Uint8Array, control: Uint8Array, payload: Uint8Array): Uint8Array {
  const nameAt = MSGHDR + IOVEC;
  const controlAt = nameAt + align(name.length);
  const payloadAt = controlAt + align(control.length);
  const arena = new Uint8Array(payloadAt + payload.length);
  const base = sys.address(arena);
  const header = new DataView(arena.buffer, 0, MSGHDR + IOVEC);
  const pointer = (at: number, offset: number): void => header.setBigUint64(at, base + BigInt(offset), true);
  pointer(0, nameAt);
  header.setUint32(8, name.length, true);
  pointer(16, MSGHDR);
  header.setUint32(24, 1, true);
  if (control.length > 0) pointer(32, controlAt);
  header.setUint32(40, control.length, true);
  pointer(MSGHDR, payloadAt);
  header.setUint32(MSGHDR + 8, payload.length, true);
  arena.set(name, nameAt);
  arena.set(control, controlAt);
  arena.set(payload, payloadAt);
  return arena;
}

function encodeControl({ level, type, data }: Control): Uint8Array {
  const padding = new Uint8Array(align(data.length) - data.length);
  return concat([u64le(BigInt(CMSGHDR + data.length)), u32le(level), u32le(type), data, padding]);
}

function decodeControls(bytes: Uint8Array): readonly Control[] {
  const controls: Control[] = [];
  let offset = 0;
  while (offset + CMSGHDR <= bytes.length) {
    const reader = new ByteReader(bytes, offset);
    const length = reader.u32le();
    reader.skip(4);
    const level = reader.u32le();
    const type = reader.u32le();
    const data = reader.take(length - CMSGHDR);
    if (reader.failed) break;
    controls.push({ level, type, data });
    offset += align(length);
  }
  return controls;
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

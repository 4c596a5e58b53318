import { u32le } from '../../core/bytes/write.ts';
import { isErrno } from '../sys/errno.ts';
import { encodeSocketAddress, type SocketAddress } from './socket-address.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

// linux/net.h and asm-generic/socket.h
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_SOCKET = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;

/** Opens a non-blocking, close-on-exec socket. Returns a descriptor or -errno. */
export function openSocket(sys: Sys, family: number, type: number, protocol: number): number {
  return call(sys, 'socket', family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

/** Returns 0 or -errno. A number is passed as an int. */
export function setOption(sys: Sys, fd: number, level: number, option: number, value: number | Uint8Array): number {
  const bytes = typeof value === 'number' ? u32le(value) : value;
  return call(sys, 'setsockopt', fd, level, option, bytes, bytes.length);
}

/** 0 or -errno. */
export function bindSocket(sys: Sys, fd: number, address: SocketAddress): number {
  const bytes = encodeSocketAddress(address);
  return call(sys, 'bind', fd, bytes, bytes.length);
}

/** Returns 0, -EINPROGRESS if it becomes writable on completion, or another -errno. */
export function connectSocket(sys: Sys, fd: number, address: SocketAddress): number {
  const bytes = encodeSocketAddress(address);
  return call(sys, 'connect', fd, bytes, bytes.length);
}

/** Returns the number of bytes sent, or -errno; never raises SIGPIPE. */
export function send(sys: Sys, fd: number, bytes: Uint8Array, to: SocketAddress | undefined): number {
  const address = to === undefined ? undefined : encodeSocketAddress(to);
  return call(sys, 'sendto', fd, bytes, bytes.length, MSG_NOSIGNAL, address ?? 0, address?.length ?? 0);
}

/** Returns the number of bytes received, 0 at the end of a stream, or -errno. */
export function receive(sys: Sys, fd: number, buffer: Uint8Array): number {
  for (;;) {
    const length = call(sys, 'recvfrom', fd, buffer, buffer.length, 0, 0, 0);
    if (!isErrno(length, 'EINTR')) return length;
  }
}

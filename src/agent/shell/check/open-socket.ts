import { encodeUtf8 } from '../../core/bytes/text.ts';
import { concat, u32le } from '../../core/bytes/write.ts';
import { isErrno } from '../errno.ts';
import { AF_INET, AF_INET6, encodeSocketAddress } from '../socket-address.ts';
import type { Sys } from '../sys.ts';
import { call } from '../syscall-numbers.ts';
import type { Place } from './place.ts';

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;

const SOL_IP = 0;
const SOL_SOCKET = 1;
const SOL_RAW = 255;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
/** linux/in.h: leaves the choice of the port to connect, which takes one that is in use to another destination. */
const IP_BIND_ADDRESS_NO_PORT = 24;
/** linux/icmp.h and linux/icmpv6.h: both are option 1 of their level; a bit that is set drops the type. */
const ICMP_FILTER = 1;
const ICMP_ECHO_REPLY = 0;
const ICMPV6_ECHO_REPLY = 129;
const SIOCGIFINDEX = 0x8933;

/** `doing` is the step that failed, in words; undefined when it was the connection itself. */
export type OpenedSocket =
  | { readonly fd: number; readonly target: Uint8Array }
  | { readonly fd: undefined; readonly errno: number; readonly doing: string | undefined };

/**
 * A socket that is on its way to the place, which is `target` as bytes. All transports are connected, so that the kernel
 * keeps foreign packets away and tells of ICMP errors.
 */
export function openSocket(sys: Sys, place: Place): OpenedSocket {
  const fd = newSocket(sys, place);
  if (fd < 0) return { fd: undefined, errno: -fd, doing: 'opening a socket' };
  const scope = scopeOf(sys, fd, place);
  const target = encodeSocketAddress({ kind: 'ip', address: place.address, port: place.port, scope });
  const failed = setOptions(sys, fd, place) ?? bind(sys, fd, place, scope) ?? connect(sys, fd, target);
  if (failed === undefined) return { fd, target };
  call(sys, 'close', fd);
  return { fd: undefined, ...failed };
}

function newSocket(sys: Sys, place: Place): number {
  const domain = place.family === 'ipv4' ? AF_INET : AF_INET6;
  if (place.transport !== 'ping')
    return call(
      sys,
      'socket',
      domain,
      (place.transport === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK_CLOEXEC,
      0,
    );
  const protocol = place.family === 'ipv4' ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  const fd = call(sys, 'socket', domain, SOCK_RAW | SOCK_NONBLOCK_CLOEXEC, protocol);
  if (fd >= 0) onlyEchoReplies(sys, fd, place);
  return fd;
}

/** Without it every ICMP packet of the host would be read here; a failure only costs time. */
function onlyEchoReplies(sys: Sys, fd: number, place: Place): void {
  if (place.family === 'ipv4') {
    call(sys, 'setsockopt', fd, SOL_RAW, ICMP_FILTER, u32le(~(1 << ICMP_ECHO_REPLY)), 4);
    return;
  }
  const words = Array.from({ length: 8 }, (_, index) =>
    index === ICMPV6_ECHO_REPLY >> 5 ? ~(1 << (ICMPV6_ECHO_REPLY & 31)) : ~0,
  );
  call(sys, 'setsockopt', fd, IPPROTO_ICMPV6, ICMP_FILTER, concat(words.map(u32le)), 32);
}

type Failure = { readonly errno: number; readonly doing: string | undefined } | undefined;

function setOptions(sys: Sys, fd: number, place: Place): Failure {
  if (place.fwmark !== undefined) {
    const result = call(sys, 'setsockopt', fd, SOL_SOCKET, SO_MARK, u32le(place.fwmark), 4);
    if (result < 0) return { errno: -result, doing: `setting fwmark ${place.fwmark}` };
  }
  if (place.bind_if !== undefined) {
    const name = encodeUtf8(`${place.bind_if}\0`);
    const result = call(sys, 'setsockopt', fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
    if (result < 0) return { errno: -result, doing: `binding to interface ${place.bind_if}` };
  }
  return undefined;
}

function connect(sys: Sys, fd: number, target: Uint8Array): Failure {
  const result = call(sys, 'connect', fd, target, target.length);
  if (result >= 0 || isErrno(result, 'EINPROGRESS')) return undefined;
  return { errno: -result, doing: undefined };
}

function bind(sys: Sys, fd: number, place: Place, scope: number): Failure {
  if (place.bindto === undefined && place.bind_port === undefined) return undefined;
  const any = place.family === 'ipv4' ? '0.0.0.0' : '::';
  const port = place.bind_port ?? 0;
  // A port that is bound is taken for the minute of TIME_WAIT whatever the destination: a few hundred probes a second
  // would use them all up.
  if (port === 0) call(sys, 'setsockopt', fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, u32le(1), 4);
  else call(sys, 'setsockopt', fd, SOL_SOCKET, SO_REUSEADDR, u32le(1), 4);
  const from = encodeSocketAddress({ kind: 'ip', address: place.bindto ?? any, port, scope });
  const result = call(sys, 'bind', fd, from, from.length);
  if (result >= 0) return undefined;
  return { errno: -result, doing: `binding to ${place.bindto ?? any}${port === 0 ? '' : ` port ${port}`}` };
}

/** The index of `bind_if`, which a link-local IPv6 address needs (linux/sockios.h, struct ifreq); 0 for all others. */
function scopeOf(sys: Sys, fd: number, place: Place): number {
  if (place.bind_if === undefined || !/^fe[89ab]/.test(place.address)) return 0;
  const request = new Uint8Array(40);
  request.set(encodeUtf8(place.bind_if).subarray(0, 15));
  if (call(sys, 'ioctl', fd, SIOCGIFINDEX, request) < 0) return 0;
  return new DataView(request.buffer).getInt32(16, true);
}

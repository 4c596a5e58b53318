import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u32le } from '../../core/bytes/write.ts';
import { isErrno } from '../sys/errno.ts';
import { AF_INET, AF_INET6, encodeSocketAddress } from '../net/socket-address.ts';
import { bindSocket, openSocket, setOption, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOL_SOCKET } from '../net/sockets.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Place } from './place.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const SOL_IP = 0;
const SOL_RAW = 255;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
/** linux/in.h: defers the choice of port to connect, which can reuse one that is in use with another destination. */
const IP_BIND_ADDRESS_NO_PORT = 24;
/** linux/icmp.h and linux/icmpv6.h: option 1 at both levels; each set bit filters out a type. */
const ICMP_FILTER = 1;
const ICMP_ECHO_REPLY = 0;
const ICMPV6_ECHO_REPLY = 129;
const SIOCGIFINDEX = 0x8933;

/** A failed step, described by `doing`; undefined for the connection itself. */
export interface Unreached {
  readonly fd: undefined;
  readonly errno: number;
  readonly doing: string | undefined;
}

/**
 * Opens a connecting socket, writable once it succeeds or fails. `target` is the encoded address with its scope. All
 * transports are connected, so that the kernel filters foreign packets and reports ICMP errors.
 */
export function reach(sys: Sys, place: Place): { readonly fd: number; readonly target: Uint8Array } | Unreached {
  const fd = newSocket(sys, place);
  if (fd < 0) return { fd: undefined, errno: -fd, doing: 'opening a socket' };
  const scope = scopeOf(sys, fd, place);
  const target = scope === 0 ? place.target : encodeSocketAddress({ kind: 'ip', ...place, scope });
  const failed = setOptions(sys, fd, place) ?? bind(sys, fd, place, scope) ?? connect(sys, fd, target);
  if (failed === undefined) return { fd, target };
  call(sys, 'close', fd);
  return failed;
}

function newSocket(sys: Sys, place: Place): number {
  const family = place.family === 'ipv4' ? AF_INET : AF_INET6;
  if (place.transport === 'tcp') return openSocket(sys, family, SOCK_STREAM, 0);
  if (place.transport === 'udp') return openSocket(sys, family, SOCK_DGRAM, 0);
  const fd = openSocket(sys, family, SOCK_RAW, place.family === 'ipv4' ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  if (fd >= 0) onlyEchoReplies(sys, fd, place);
  return fd;
}

/** Without the filter, every ICMP packet of the host would be read here. A failure only costs time. */
function onlyEchoReplies(sys: Sys, fd: number, place: Place): void {
  if (place.family === 'ipv4') {
    setOption(sys, fd, SOL_RAW, ICMP_FILTER, ~(1 << ICMP_ECHO_REPLY));
    return;
  }
  const words = Array.from({ length: 8 }, (_, index) =>
    u32le(index === ICMPV6_ECHO_REPLY >> 5 ? ~(1 << (ICMPV6_ECHO_REPLY & 31)) : ~0),
  );
  setOption(sys, fd, IPPROTO_ICMPV6, ICMP_FILTER, concat(words));
}

function setOptions(sys: Sys, fd: number, place: Place): Unreached | undefined {
  if (place.fwmark !== undefined) {
    const result = setOption(sys, fd, SOL_SOCKET, SO_MARK, place.fwmark);
    if (result < 0) return unreached(result, `setting fwmark ${place.fwmark}`);
  }
  if (place.bind_if !== undefined) {
    const result = setOption(sys, fd, SOL_SOCKET, SO_BINDTODEVICE, encodeUtf8(`${place.bind_if}\0`));
    if (result < 0) return unreached(result, `binding to interface ${place.bind_if}`);
  }
  return undefined;
}

function bind(sys: Sys, fd: number, place: Place, scope: number): Unreached | undefined {
  if (place.bindto === undefined && place.bind_port === undefined) return undefined;
  const address = place.bindto ?? (place.family === 'ipv4' ? '0.0.0.0' : '::');
  const port = place.bind_port ?? 0;
  // A bound port stays in use for the minute of TIME_WAIT for any destination: a few hundred probes a second would
  // exhaust them.
  if (port === 0) setOption(sys, fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  else setOption(sys, fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const result = bindSocket(sys, fd, { kind: 'ip', address, port, scope });
  return result < 0 ? unreached(result, `binding to ${address}${port === 0 ? '' : ` port ${port}`}`) : undefined;
}

function connect(sys: Sys, fd: number, target: Uint8Array): Unreached | undefined {
  const result = call(sys, 'connect', fd, target, target.length);
  return result >= 0 || isErrno(result, 'EINPROGRESS') ? undefined : unreached(result, undefined);
}

function unreached(result: number, doing: string | undefined): Unreached {
  return { fd: undefined, errno: -result, doing };
}

/** The index of `bind_if`, required for link-local IPv6 addresses (linux/sockios.h, struct ifreq), or 0. */
function scopeOf(sys: Sys, fd: number, place: Place): number {
  if (place.bind_if === undefined || !(isLinkLocal(place.address) || isLinkLocal(place.bindto ?? ''))) return 0;
  const request = new Uint8Array(40);
  request.set(encodeUtf8(place.bind_if).subarray(0, 15));
  if (call(sys, 'ioctl', fd, SIOCGIFINDEX, request) < 0) return 0;
  return new DataView(request.buffer).getInt32(16, true);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/.test(address);
}

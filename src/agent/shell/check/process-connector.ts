import { concat, u16le, u32le } from '../../core/bytes/write.ts';
import { isErrno } from '../sys/errno.ts';
import type { Loop } from '../loop/loop-types.ts';
import { AF_NETLINK } from '../net/socket-address.ts';
import { bindSocket, openSocket, receive, send, SOCK_DGRAM } from '../net/sockets.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const NETLINK_CONNECTOR = 11;
// linux/connector.h and linux/cn_proc.h
const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
const PROC_CN_MCAST_LISTEN = 1;
const NLMSG_DONE = 3;
/** struct proc_event follows struct nlmsghdr and struct cn_msg; its data follow `what`, `cpu` and a timestamp. */
const EVENT = 16 + 20;
const DATA = EVENT + 16;
const NONE = 0;
const FORK = 0x1;
const EXEC = 0x2;
const COMM = 0x200;
const EXIT = 0x80000000;
const READS_A_TURN = 256;

export interface ProcessEvents {
  /** The kernel has started to report processes. */
  readonly listening: () => void;
  /** A process started, executed another program, or changed its name. */
  readonly changed: (pid: number) => void;
  readonly gone: (pid: number) => void;
  /** Events were lost. */
  readonly missed: () => void;
}

/**
 * Receives process events from the kernel. They require the initial user, network and PID namespaces and
 * CONFIG_PROC_EVENTS; otherwise no callback is ever called.
 * @returns a function that closes it
 */
export function openProcessConnector(sys: Sys, loop: Loop, events: ProcessEvents): () => void {
  const fd = openSocket(sys, AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR);
  if (fd < 0) return () => undefined;
  const close = (): void => {
    call(sys, 'close', fd);
  };
  const request = listenRequest();
  const bound = bindSocket(sys, fd, { kind: 'netlink', pid: 0, groups: CN_IDX_PROC });
  if (bound < 0 || send(sys, fd, request, undefined) < 0) {
    close();
    return () => undefined;
  }
  const buffer = new Uint8Array(4096);
  const view = new DataView(buffer.buffer);
  const readable = (): void => {
    for (let reads = 0; reads < READS_A_TURN; reads += 1) {
      const length = receive(sys, fd, buffer);
      if (isErrno(length, 'ENOBUFS')) events.missed();
      else if (length < 0) return;
      else if (length >= DATA + 8) handle(view, events);
    }
  };
  const watch = loop.watch(fd, { readable, writable: undefined });
  return () => {
    watch.close();
    close();
  };
}

/** Threads are reported like processes; only thread group leaders count. */
function handle(view: DataView, events: ProcessEvents): void {
  const first = view.getUint32(DATA, true);
  const second = view.getUint32(DATA + 4, true);
  switch (view.getUint32(EVENT, true)) {
    case NONE:
      // An acknowledgement with an errno.
      if (first === 0) events.listening();
      return;
    case FORK: {
      const child = view.getUint32(DATA + 8, true);
      if (child === view.getUint32(DATA + 12, true)) events.changed(child);
      return;
    }
    case EXEC:
    case COMM:
      if (first === second) events.changed(first);
      return;
    case EXIT:
      if (first === second) events.gone(first);
  }
}

function listenRequest(): Uint8Array {
  const message = concat([
    ...[CN_IDX_PROC, CN_VAL_PROC, 0, 0].map(u32le),
    u16le(4),
    u16le(0),
    u32le(PROC_CN_MCAST_LISTEN),
  ]);
  return concat([u32le(16 + message.length), u16le(NLMSG_DONE), u16le(0), u32le(0), u32le(0), message]);
}

import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { closeFile } from '../sys/files.ts';
import type { Loop } from '../loop/loop-types.ts';
import { AF_UNIX, type SocketAddress } from '../net/socket-address.ts';
import { openSocket, send, SOCK_DGRAM } from '../net/sockets.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

/** Variables not passed on to children (sd_notify(3), sd_watchdog_enabled(3)). */
export const OWN_VARIABLES: ReadonlySet<string> = new Set(['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']);

/** linux/un.h: maximum length of a path including NUL. */
const MOST_PATH_BYTES = 107;

/** Notifies systemd, if it requested notifications. */
export interface ServiceManager {
  /** Startup or a reload has finished. */
  readonly ready: () => void;
  readonly reloading: () => void;
  readonly stopping: () => void;
  /** Extends the startup timeout. */
  readonly extend: (milliseconds: number) => void;
  /** Sends watchdog notifications from the loop, at half the watchdog interval. */
  readonly watch: () => void;
}

export function serviceManager(sys: Sys, loop: Loop): ServiceManager {
  const address = addressOf(sys.env['NOTIFY_SOCKET']);
  const notify = (message: string): void => {
    if (address === undefined) return;
    const fd = openSocket(sys, AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0) return;
    send(sys, fd, encodeUtf8(message), address);
    closeFile(sys, fd);
  };
  const period = address === undefined ? undefined : watchdogPeriod(sys);
  return {
    ready: () => notify('READY=1'),
    reloading: () => notify(`RELOADING=1\nMONOTONIC_USEC=${Math.floor(loop.now() * 1000)}`),
    stopping: () => notify('STOPPING=1'),
    extend: (milliseconds) => notify(`EXTEND_TIMEOUT_USEC=${Math.ceil(milliseconds * 1000)}`),
    watch: () => {
      if (period === undefined) return;
      const timer = loop.at(loop.now(), () => {
        notify('WATCHDOG=1');
        timer.move(loop.now() + period / 2);
      });
    },
  };
}

/** A path, or an abstract name after `@`; other families are not supported. */
function addressOf(socket: string | undefined): SocketAddress | undefined {
  if (socket === undefined || encodeUtf8(socket).length > MOST_PATH_BYTES) return undefined;
  if (socket.startsWith('/')) return { kind: 'unix', path: socket };
  return socket.startsWith('@') ? { kind: 'abstract', name: socket.slice(1) } : undefined;
}

/** The watchdog interval in ms; undefined if disabled or meant for another process. */
function watchdogPeriod(sys: Sys): number | undefined {
  const period = sys.env['WATCHDOG_USEC'] ?? '';
  const pid = sys.env['WATCHDOG_PID'];
  if (!/^[1-9]\d{0,15}$/.test(period)) return undefined;
  if (pid !== undefined && Number(pid) !== call(sys, 'getpid')) return undefined;
  return Number(period) / 1000;
}

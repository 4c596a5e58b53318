import { describeErrno, errno, isErrno } from './errno.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

// linux/eventpoll.h
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL = { add: 1, remove: 2, change: 3 } as const;
const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;
const EPOLLERR = 0x008;
const EPOLLHUP = 0x010;

/** Maximum number of events per wait. */
export const ROUND = 64;

/** A ready descriptor. An error or hang-up makes it both readable and writable. */
export interface Ready {
  readonly fd: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** An epoll instance. */
export class Epoll {
  readonly #sys: Sys;
  readonly #fd: number;
  /** struct epoll_event is packed on x86-64 only. */
  readonly #stride: number;
  readonly #events: DataView;
  readonly #eventBytes: Uint8Array;
  /** A struct epoll_event for epoll_ctl. */
  readonly #wanted: DataView;
  readonly #wantedBytes: Uint8Array;
  /** epoll_pwait2 requires Linux 5.11; without it, timeouts have a resolution of one millisecond. */
  #fine = true;

  /** @throws Error if it is not available */
  constructor(sys: Sys) {
    this.#sys = sys;
    this.#fd = call(sys, 'epoll_create1', EPOLL_CLOEXEC);
    if (this.#fd < 0) throw new Error(`cannot open epoll: ${describeErrno(this.#fd)}`);
    this.#stride = sys.arch === 'x64' ? 12 : 16;
    this.#eventBytes = new Uint8Array(ROUND * this.#stride);
    this.#events = new DataView(this.#eventBytes.buffer);
    this.#wantedBytes = new Uint8Array(this.#stride);
    this.#wanted = new DataView(this.#wantedBytes.buffer);
  }

  /** Can be watched itself: readable while any of its descriptors is ready. */
  get fd(): number {
    return this.#fd;
  }

  /** @returns 0 or -errno */
  set(change: 'add' | 'change' | 'remove', fd: number, readable: boolean, writable: boolean): number {
    this.#wanted.setUint32(0, (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0), true);
    this.#wanted.setUint32(this.#stride - 8, fd, true);
    return call(this.#sys, 'epoll_ctl', this.#fd, EPOLL_CTL[change], fd, this.#wantedBytes);
  }

  /** @param timeoutMs with fractions; undefined waits forever. Returns no events if interrupted. */
  wait(timeoutMs: number | undefined): readonly Ready[] {
    const count = this.#fine ? this.#waitFine(timeoutMs) : this.#waitCoarse(timeoutMs);
    const ready: Ready[] = [];
    for (let index = 0; index < count; index++) {
      const start = index * this.#stride;
      const events = this.#events.getUint32(start, true);
      const broken = (events & (EPOLLERR | EPOLLHUP)) !== 0;
      ready.push({
        fd: this.#events.getUint32(start + this.#stride - 8, true),
        readable: broken || (events & EPOLLIN) !== 0,
        writable: broken || (events & EPOLLOUT) !== 0,
      });
    }
    return ready;
  }

  #waitFine(timeoutMs: number | undefined): number {
    const timeout = timeoutMs === undefined ? 0 : encodeTimespec(timeoutMs);
    const count = call(this.#sys, 'epoll_pwait2', this.#fd, this.#eventBytes, ROUND, timeout, 0, 8);
    // Older seccomp filters return EPERM for unknown calls.
    if (!isErrno(count, 'ENOSYS', 'EPERM')) return this.#checked(count);
    this.#fine = false;
    return this.#waitCoarse(timeoutMs);
  }

  /** Rounds up, as an early wake-up would only start another wait. */
  #waitCoarse(timeoutMs: number | undefined): number {
    const whole = timeoutMs === undefined ? -1 : Math.ceil(Math.max(0, timeoutMs));
    return this.#checked(call(this.#sys, 'epoll_pwait', this.#fd, this.#eventBytes, ROUND, whole, 0, 8));
  }

  #checked(count: number): number {
    if (count >= 0) return count;
    if (count === -errno('EINTR')) return 0;
    throw new Error(`waiting for events failed: ${describeErrno(count)}`);
  }
}

/** struct timespec, reused in every round. */
const timespec = new Uint32Array(4);
const timespecBytes = new Uint8Array(timespec.buffer);

function encodeTimespec(ms: number): Uint8Array {
  const nanoseconds = Math.ceil(Math.max(0, ms) * 1e6);
  const seconds = Math.floor(nanoseconds / 1e9);
  timespec[0] = seconds;
  timespec[1] = seconds / 0x100000000;
  timespec[2] = nanoseconds - seconds * 1e9;
  return timespecBytes;
}

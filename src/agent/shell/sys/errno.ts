/** Numbers, names and descriptions of asm-generic/errno.h for sockets, files, netlink and processes. */
const ERRORS = {
  EPERM: [1, 'not permitted'],
  ENOENT: [2, 'no such file or directory'],
  ESRCH: [3, 'no such process or entry'],
  EINTR: [4, 'interrupted by a signal'],
  EIO: [5, 'input or output error'],
  ENXIO: [6, 'no such device, or no reader'],
  E2BIG: [7, 'argument list too long'],
  ENOEXEC: [8, 'not a program that the kernel can run'],
  EBADF: [9, 'bad file descriptor'],
  ECHILD: [10, 'no such child process'],
  EAGAIN: [11, 'would block'],
  ENOMEM: [12, 'out of memory'],
  EACCES: [13, 'permission denied'],
  EFAULT: [14, 'bad address in memory'],
  EBUSY: [16, 'busy'],
  EEXIST: [17, 'exists already'],
  EXDEV: [18, 'on another file system'],
  ENODEV: [19, 'no such device'],
  ENOTDIR: [20, 'not a directory'],
  EISDIR: [21, 'is a directory'],
  EINVAL: [22, 'invalid argument'],
  ENFILE: [23, 'too many open files on this host'],
  EMFILE: [24, 'too many open files in this process'],
  ETXTBSY: [26, 'program is being written'],
  EFBIG: [27, 'file too large'],
  ENOSPC: [28, 'no space left'],
  EROFS: [30, 'file system is read-only'],
  EMLINK: [31, 'too many links'],
  EPIPE: [32, 'broken pipe'],
  ERANGE: [34, 'result out of range'],
  ENAMETOOLONG: [36, 'name too long'],
  ENOSYS: [38, 'the kernel has no such system call'],
  ENOTEMPTY: [39, 'directory not empty'],
  ELOOP: [40, 'too many symbolic links'],
  EPROTO: [71, 'protocol error'],
  EBADMSG: [74, 'not a valid message'],
  EOVERFLOW: [75, 'value too large'],
  ENOTSOCK: [88, 'not a socket'],
  EDESTADDRREQ: [89, 'destination address required'],
  EMSGSIZE: [90, 'message too long'],
  ENOPROTOOPT: [92, 'option not available'],
  EPROTONOSUPPORT: [93, 'protocol not supported'],
  EOPNOTSUPP: [95, 'operation not supported'],
  EAFNOSUPPORT: [97, 'address family not supported'],
  EADDRINUSE: [98, 'address already in use'],
  EADDRNOTAVAIL: [99, 'address not available on this host'],
  ENETDOWN: [100, 'network is down'],
  ENETUNREACH: [101, 'network is unreachable'],
  ECONNABORTED: [103, 'connection aborted'],
  ECONNRESET: [104, 'connection reset by peer'],
  ENOBUFS: [105, 'no buffer space left'],
  EISCONN: [106, 'connected already'],
  ENOTCONN: [107, 'not connected'],
  ETIMEDOUT: [110, 'timed out'],
  ECONNREFUSED: [111, 'connection refused'],
  EHOSTDOWN: [112, 'host is down'],
  EHOSTUNREACH: [113, 'no route to host'],
  EALREADY: [114, 'already in progress'],
  EINPROGRESS: [115, 'in progress'],
  ECANCELED: [125, 'cancelled'],
} as const satisfies Readonly<Record<string, readonly [number: number, meaning: string]>>;

export type ErrnoName = keyof typeof ERRORS;

const BY_NUMBER: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map(
  Object.entries(ERRORS).map(([name, [number, meaning]]) => [number, [name, meaning]]),
);

/** Whether the result of a system call is this error. */
export function isErrno(result: number, ...names: readonly ErrnoName[]): boolean {
  if (result >= 0) return false;
  for (const name of names) if (ERRORS[name][0] === -result) return true;
  return false;
}

/** The positive number of an error. */
export function errno(name: ErrnoName): number {
  return ERRORS[name][0];
}

/** For example "connection refused (ECONNREFUSED)". Accepts errno or -errno. */
export function describeErrno(result: number): string {
  const number = Math.abs(result);
  const [name, meaning] = BY_NUMBER.get(number) ?? [String(number), 'unknown error'];
  return `${meaning} (${name})`;
}

import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u16le, u32le } from '../../core/bytes/write.ts';
import { describeErrno, isErrno } from './errno.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const STDOUT = 1;
export const STDERR = 2;
/** asm-generic/poll.h */
const POLLOUT = 0x4;
const PART = 65_536;

/** Whether a descriptor is writable; `await` waits until it is. */
export function hasRoom(sys: Sys, fd: number, patience: 'now' | 'await'): boolean {
  // struct pollfd, and a zero struct timespec or none to wait forever.
  const wanted = concat([u32le(fd), u16le(POLLOUT), u16le(0)]);
  return call(sys, 'ppoll', wanted, 1, patience === 'now' ? new Uint8Array(16) : 0, 0, 8) !== 0;
}

/** Prints to stdout. @returns the exit code: 1 if the write failed, which is reported */
export function printAnswer(sys: Sys, text: string): 0 | 1 {
  const result = print(sys, STDOUT, text);
  if (result < 0) printComplaint(sys, `cannot write to stdout: ${describeErrno(result)}`);
  return result < 0 ? 1 : 0;
}

/** Prints a line to stderr with the program name. */
export function printComplaint(sys: Sys, text: string): void {
  printLine(sys, `lvs-agent: ${text}`);
}

/** Prints a line to stderr. */
export function printLine(sys: Sys, line: string): void {
  print(sys, STDERR, `${line}\n`);
}

/** Waits if another process made the file description non-blocking. Returns 0 or -errno. */
function print(sys: Sys, fd: number, text: string): number {
  const bytes = encodeUtf8(text);
  for (let offset = 0; offset < bytes.length;) {
    const part = bytes.slice(offset, offset + PART);
    const result = call(sys, 'write', fd, part, part.length);
    if (result >= 0) offset += result;
    else if (isErrno(result, 'EAGAIN')) hasRoom(sys, fd, 'await');
    else if (!isErrno(result, 'EINTR')) return result;
  }
  return 0;
}

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

/** Whether a descriptor takes something; `await` asks until it does. */
export function hasRoom(sys: Sys, fd: number, patience: 'now' | 'await'): boolean {
  // struct pollfd: descriptor, events, what has come of them; and a struct timespec of no time, or for ever.
  const wanted = concat([u32le(fd), u16le(POLLOUT), u16le(0)]);
  return call(sys, 'ppoll', wanted, 1, patience === 'now' ? new Uint8Array(16) : 0, 0, 8) !== 0;
}

/** What a command answers. @returns the exit code: 1 when stdout has not taken all of it, which is said */
export function printAnswer(sys: Sys, text: string): 0 | 1 {
  const result = print(sys, STDOUT, text);
  if (result < 0) printComplaint(sys, `not all could be written to stdout: ${describeErrno(result)}`);
  return result < 0 ? 1 : 0;
}

/** A line for stderr, with who says it. */
export function printComplaint(sys: Sys, text: string): void {
  printLine(sys, `lvs-agent: ${text}`);
}

/** A line for stderr. */
export function printLine(sys: Sys, line: string): void {
  print(sys, STDERR, `${line}\n`);
}

/** Somebody else may have made the descriptor one that does not wait: then it is waited for here. 0, or -errno. */
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

import type { Fifo, Script } from '../../../keepalived/model/conf.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import { AT_EMPTY_PATH, AT_FDCWD, closeFile, cString, O_NONBLOCK, openFile, removeFile } from '../sys/files.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Account } from './accounts.ts';
import { describeExit, nameOf, type Programs } from './programs.ts';

const O_RDWR = 0o2;
const S_IFIFO = 0o010000;
const SIGTERM = 15;
const MODE = 0o600;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export interface FifoWriter {
  /** Puts a line in, without its end. One that does not fit because nobody reads is lost, and that is logged once. */
  readonly write: (line: string) => void;
  /** Ends the script, and removes the FIFO when it was made here. */
  readonly close: () => void;
}

export interface FifoTools {
  readonly sys: Sys;
  readonly loop: Loop;
  readonly programs: Programs;
  readonly journal: Journal;
}

/**
 * Makes the FIFO if there is none, and starts its script, which gets the path as its last argument.
 * @param owner of one that is made here; undefined leaves it to root
 */
export function openFifo(tools: FifoTools, fifo: Fifo, owner: Account | undefined): FifoWriter {
  const { sys, journal } = tools;
  const made = call(sys, 'mknodat', AT_FDCWD, cString(fifo.path), S_IFIFO | MODE, 0);
  if (made < 0 && !isErrno(made, 'EEXIST')) {
    journal.log('error', `notify FIFO ${fifo.path} cannot be made: ${describeErrno(made)}; nothing is written to it`);
    return { write: () => undefined, close: () => undefined };
  }
  // Open for reading too: it can be opened before there is a reader, and does not break when one goes. Not through a link:
  // where others may write to the folder, it would lead root to wherever they like.
  const O_NOFOLLOW = sys.arch === 'x64' ? 0o400000 : 0o100000;
  const fd = openFile(sys, fifo.path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0 || !isFifo(sys, fd)) {
    const why = isErrno(fd, 'ELOOP')
      ? 'it is a symbolic link; name what it leads to'
      : fd < 0
        ? describeErrno(fd)
        : 'it is no FIFO; remove it, or name another path';
    journal.log('error', `notify FIFO ${fifo.path} cannot be opened: ${why}; nothing is written to it`);
    if (fd >= 0) closeFile(sys, fd);
    return { write: () => undefined, close: () => undefined };
  }
  if (made === 0 && owner !== undefined) call(sys, 'fchownat', fd, cString(''), owner.uid, owner.gid, AT_EMPTY_PATH);
  const reader = fifo.script === undefined ? undefined : keepReading(tools, fifo.script, fifo.path);
  let lost = 0;
  const write = (line: string): void => {
    const bytes = encodeUtf8(`${line}\n`);
    // A pipe takes up to 4096 bytes as a whole or not at all (pipe(7)).
    const result = call(sys, 'write', fd, bytes, bytes.length);
    if (result < 0) {
      const why = isErrno(result, 'EAGAIN') ? 'it is full, because nobody reads it' : describeErrno(result);
      if (lost === 0) journal.log('warning', `notify FIFO ${fifo.path} takes no lines: ${why}; lines are lost`);
      lost += 1;
    } else if (lost > 0) {
      journal.log('notice', `notify FIFO ${fifo.path} takes lines again; ${lost} were lost`);
      lost = 0;
    }
  };
  const close = (): void => {
    reader?.();
    closeFile(sys, fd);
    if (made === 0) removeFile(sys, fifo.path);
  };
  return { write, close };
}

/** Only what can wait for a reader is a FIFO: lseek(2) of a regular file or a device is no ESPIPE. */
function isFifo(sys: Sys, fd: number): boolean {
  const SEEK_CUR = 1;
  return call(sys, 'lseek', fd, 0, SEEK_CUR) === -29;
}

/** Starts the script, and again whenever it ends, less and less often. Gives what ends it. */
function keepReading(tools: FifoTools, script: Script, path: string): () => void {
  const { sys, loop, programs, journal } = tools;
  let pid: number | undefined;
  let timer: Timer | undefined;
  let closed = false;
  let pause = FIRST_PAUSE_MS;

  const again = (what: string): void => {
    journal.log('warning', `notify FIFO script ${nameOf(script)} ${what}; it is started again in ${pause / 1000} s`);
    timer = loop.at(loop.now() + pause, start);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  };
  const start = (): void => {
    const began = loop.now();
    const started = programs.start(script, [path], (exit) => {
      pid = undefined;
      if (closed) return;
      if (loop.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      again(describeExit(exit));
    });
    if (typeof started === 'string') again(`was not run: ${started}`);
    else pid = started;
  };
  start();
  return () => {
    closed = true;
    timer?.cancel();
    if (pid !== undefined) call(sys, 'kill', -pid, SIGTERM);
  };
}

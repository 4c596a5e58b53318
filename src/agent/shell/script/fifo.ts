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
  /** Writes a line, without newline. If the FIFO is full it is dropped, which is logged once. */
  readonly write: (line: string) => void;
  /** Stops the script, and removes the FIFO if it was created here. */
  readonly close: () => void;
}

export interface FifoTools {
  readonly sys: Sys;
  readonly loop: Loop;
  readonly programs: Programs;
  readonly journal: Journal;
}

/**
 * Creates the FIFO if it is missing, and starts its script with the path as last argument.
 * @param owner of a created FIFO; root if undefined
 */
export function openFifo(tools: FifoTools, fifo: Fifo, owner: Account | undefined): FifoWriter {
  const { sys, journal } = tools;
  const made = call(sys, 'mknodat', AT_FDCWD, cString(fifo.path), S_IFIFO | MODE, 0);
  if (made < 0 && !isErrno(made, 'EEXIST')) {
    journal.log('error', `cannot create notify FIFO ${fifo.path}: ${describeErrno(made)}; it is disabled`);
    return { write: () => undefined, close: () => undefined };
  }
  // Opened for reading too, so that it works without a reader and survives its exit. Symbolic links are not followed,
  // because others may be able to create them in the folder.
  const O_NOFOLLOW = sys.arch === 'x64' ? 0o400000 : 0o100000;
  const fd = openFile(sys, fifo.path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0 || !isFifo(sys, fd)) {
    const why = isErrno(fd, 'ELOOP')
      ? 'it is a symbolic link; configure its target'
      : fd < 0
        ? describeErrno(fd)
        : 'not a FIFO; remove it or configure another path';
    journal.log('error', `cannot open notify FIFO ${fifo.path}: ${why}; it is disabled`);
    if (fd >= 0) closeFile(sys, fd);
    return { write: () => undefined, close: () => undefined };
  }
  if (made === 0 && owner !== undefined) call(sys, 'fchownat', fd, cString(''), owner.uid, owner.gid, AT_EMPTY_PATH);
  const reader = fifo.script === undefined ? undefined : keepReading(tools, fifo.script, fifo.path);
  let lost = 0;
  const write = (line: string): void => {
    const bytes = encodeUtf8(`${line}\n`);
    // Writes of up to 4096 bytes are atomic (pipe(7)).
    const result = call(sys, 'write', fd, bytes, bytes.length);
    if (result < 0) {
      const why = isErrno(result, 'EAGAIN') ? 'it is full because it has no reader' : describeErrno(result);
      if (lost === 0) journal.log('warning', `cannot write to notify FIFO ${fifo.path}: ${why}; dropping lines`);
      lost += 1;
    } else if (lost > 0) {
      journal.log('notice', `writing to notify FIFO ${fifo.path} again; ${lost} lines dropped`);
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

/** lseek(2) returns ESPIPE for a FIFO, but not for regular files and devices. */
function isFifo(sys: Sys, fd: number): boolean {
  const SEEK_CUR = 1;
  return call(sys, 'lseek', fd, 0, SEEK_CUR) === -29;
}

/** Starts the script and restarts it with increasing delays whenever it exits. @returns a function that stops it */
function keepReading(tools: FifoTools, script: Script, path: string): () => void {
  const { sys, loop, programs, journal } = tools;
  let pid: number | undefined;
  let timer: Timer | undefined;
  let closed = false;
  let pause = FIRST_PAUSE_MS;

  const again = (what: string): void => {
    journal.log('warning', `notify FIFO script ${nameOf(script)} ${what}; restarting it in ${pause / 1000} s`);
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
    if (typeof started === 'string') again(`could not be run: ${started}`);
    else pid = started;
  };
  start();
  return () => {
    closed = true;
    timer?.cancel();
    if (pid !== undefined) call(sys, 'kill', -pid, SIGTERM);
  };
}

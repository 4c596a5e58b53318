import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { decodeUtf8, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u32le, u64le } from '../../core/bytes/write.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import { AT_FDCWD, closeFile, cString, kindOf, makeDirectory, removeFile, S_IFSOCK } from '../sys/files.ts';
import type { Interest, Loop, Timer, Watch } from '../loop/loop-types.ts';
import { AF_UNIX } from '../net/socket-address.ts';
import {
  bindSocket,
  connectSocket,
  openSocket,
  receive,
  send,
  setOption,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../net/sockets.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

// asm-generic/socket.h
const SO_PEERCRED = 17;
const SO_RCVTIMEO = 20;
/** SO_SNDTIMEO also applies to connect. */
const SO_SNDTIMEO = 21;
const ACCEPT_FLAGS = 0o2004000;
const BACKLOG = 8;
/** Clients that do not read are disconnected. */
const PATIENCE_MS = 2000;
/** Pause before accepting again when out of descriptors. */
const PAUSE_MS = 1000;
/** Timeout for an answer. */
const ANSWER_MS = 5000;
const PART = 16_384;

/** Sends a document to each client and closes. Read-only: it accepts no commands. */
export class StatusSocket {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #path: string;
  readonly #document: () => string;
  #fd = -1;
  #watch: Watch | undefined;
  #pause: Timer | undefined;
  readonly #listening: Interest = { readable: () => this.#accept(), writable: undefined };

  constructor(sys: Sys, loop: Loop, path: string, document: () => string) {
    this.#sys = sys;
    this.#loop = loop;
    this.#path = path;
    this.#document = document;
  }

  /** @returns the reason for a failure */
  open(): string | undefined {
    const folder = this.#path.slice(0, this.#path.lastIndexOf('/'));
    if (folder !== '') makeDirectory(this.#sys, folder, 0o700);
    const foreign = this.#clear();
    if (foreign !== undefined) return foreign;
    this.#fd = openSocket(this.#sys, AF_UNIX, SOCK_STREAM, 0);
    const steps = [
      () => this.#fd,
      () => bindSocket(this.#sys, this.#fd, { kind: 'unix', path: this.#path }),
      // Clients cannot connect before listen, so the mode is set in time.
      () => call(this.#sys, 'fchmodat', AT_FDCWD, cString(this.#path), 0o600),
      () => call(this.#sys, 'listen', this.#fd, BACKLOG),
    ];
    for (const step of steps) {
      const result = step();
      if (result >= 0) continue;
      if (this.#fd >= 0) closeFile(this.#sys, this.#fd);
      return describeErrno(result);
    }
    try {
      this.#watch = this.#loop.watch(this.#fd, this.#listening);
    } catch (error) {
      closeFile(this.#sys, this.#fd);
      removeFile(this.#sys, this.#path);
      return error instanceof Error ? error.message : String(error);
    }
    return undefined;
  }

  /** Removes a stale socket of a killed agent, but nothing else. */
  #clear(): string | undefined {
    const kind = kindOf(this.#sys, this.#path);
    if (kind === S_IFSOCK) removeFile(this.#sys, this.#path);
    return kind === undefined || kind === S_IFSOCK ? undefined : 'not a socket; remove it or configure another path';
  }

  close(): void {
    if (this.#watch === undefined) return;
    this.#pause?.cancel();
    this.#watch.close();
    closeFile(this.#sys, this.#fd);
    removeFile(this.#sys, this.#path);
  }

  #accept(): void {
    const fd = call(this.#sys, 'accept4', this.#fd, 0, 0, ACCEPT_FLAGS);
    if (fd < 0) {
      if (!isErrno(fd, 'EAGAIN', 'EINTR', 'ECONNABORTED')) this.#rest();
      return;
    }
    try {
      if (mayAsk(this.#sys, fd)) answer(this.#sys, this.#loop, fd, this.#document());
      else closeFile(this.#sys, fd);
    } catch (error) {
      closeFile(this.#sys, fd);
      throw error;
    }
  }

  /** Pauses when out of descriptors (EMFILE), as retrying at once would loop. */
  #rest(): void {
    this.#watch?.change({ readable: undefined, writable: undefined });
    this.#pause = this.#loop.at(this.#loop.now() + PAUSE_MS, () => this.#watch?.change(this.#listening));
  }
}

/** Allows root and the agent's own user. struct ucred: pid, uid, gid. */
function mayAsk(sys: Sys, fd: number): boolean {
  const credentials = new Uint8Array(12);
  if (call(sys, 'getsockopt', fd, SOL_SOCKET, SO_PEERCRED, credentials, u32le(12)) < 0) return false;
  const uid = new ByteReader(credentials, 4).u32le();
  return uid === 0 || uid === call(sys, 'getuid');
}

/** Sends one part per round, so that a long document does not delay adverts. */
function answer(sys: Sys, loop: Loop, fd: number, document: string): void {
  let offset = 0;
  let rest: Uint8Array = new Uint8Array(0);
  const end = (): void => {
    timer.cancel();
    watch.close();
    closeFile(sys, fd);
  };
  const write = (): void => {
    if (rest.length === 0) {
      if (offset === document.length) return end();
      const next = partEnd(document, offset + PART);
      rest = encodeUtf8(document.slice(offset, next));
      offset = next;
    }
    const written = send(sys, fd, rest, undefined);
    if (written >= 0) rest = rest.slice(written);
    else if (!isErrno(written, 'EAGAIN', 'EINTR')) end();
  };
  const watch = loop.watch(fd, { readable: undefined, writable: write });
  const timer = loop.at(loop.now() + PATIENCE_MS, end);
}

/** Avoids splitting a surrogate pair. */
function partEnd(text: string, wanted: number): number {
  const last = text.charCodeAt(wanted - 1);
  return wanted < text.length && last >= 0xd800 && last < 0xdc00 ? wanted - 1 : Math.min(wanted, text.length);
}

/** `hangs`: an agent owns the socket but does not answer. */
export type Answered = { readonly text: string } | { readonly failure: string; readonly hangs: boolean };

/** Requests the status of a running agent. @param patienceMs timeout for each part of the answer */
export function askStatus(sys: Sys, path: string, patienceMs = ANSWER_MS): Answered {
  const fd = call(sys, 'socket', AF_UNIX, SOCK_STREAM, 0);
  const seconds = Math.floor(patienceMs / 1000);
  // struct timeval
  const patience = concat([u64le(BigInt(seconds)), u64le(BigInt((patienceMs - seconds * 1000) * 1000))]);
  for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) setOption(sys, fd, SOL_SOCKET, option, patience);
  const failure = fd < 0 ? fd : connectSocket(sys, fd, { kind: 'unix', path });
  if (failure < 0) {
    if (fd >= 0) closeFile(sys, fd);
    return unanswered(failure);
  }
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(PART);
  let length = receive(sys, fd, buffer);
  for (; length > 0; length = receive(sys, fd, buffer)) parts.push(buffer.slice(0, length));
  closeFile(sys, fd);
  if (length < 0) return unanswered(length);
  if (parts.length === 0) return { failure: 'connection closed without an answer', hangs: false };
  return { text: decodeUtf8(concat(parts)) };
}

function unanswered(result: number): Answered {
  if (isErrno(result, 'EAGAIN')) return { failure: 'the agent does not answer', hangs: true };
  return { failure: describeErrno(result), hangs: false };
}

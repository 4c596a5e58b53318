import { concat } from '../../core/bytes/write.ts';
import { decodeName, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { isErrno } from './errno.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

// linux/fcntl.h
export const AT_FDCWD = -100;
export const O_WRONLY = 0o1;
export const O_CREAT = 0o100;
/** With O_CREAT: fails if the path exists, even as a symbolic link. */
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

const AT_SYMLINK_NOFOLLOW = 0x100;
/** With an empty path, operates on the descriptor itself. */
export const AT_EMPTY_PATH = 0x1000;
// linux/stat.h
const STATX_TYPE = 0x1;
const STATX_MODE = 0x2;
const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const ANYBODY_EXECUTES = 0o111;

const PART = 65_536;

/** Refuses a symbolic link as the last component (ELOOP). The bit depends on the architecture (asm/fcntl.h). */
export const noFollow = ({ arch }: Sys): number => (arch === 'x64' ? 0o400000 : 0o100000);

/** A NUL-terminated string. */
export function cString(text: string): Uint8Array {
  return concat([encodeUtf8(text), Uint8Array.of(0)]);
}

/** Returns a descriptor or -errno. @param flags O_CLOEXEC is added */
export function openFile(sys: Sys, path: string, flags: number, mode = 0o600): number {
  return call(sys, 'openat', AT_FDCWD, cString(path), flags | O_CLOEXEC, mode);
}

export function closeFile(sys: Sys, fd: number): void {
  call(sys, 'close', fd);
}

/** The content of a file, truncated to `limit` bytes, or -errno. */
export function readFile(sys: Sys, path: string, limit = 16 * 1024 * 1024): Uint8Array | number {
  // A FIFO must not block the agent.
  const fd = openFile(sys, path, O_NONBLOCK);
  if (fd < 0) return fd;
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    while (total < limit) {
      const part = new Uint8Array(Math.min(PART, limit - total));
      const length = call(sys, 'read', fd, part, part.length);
      if (isErrno(length, 'EINTR')) continue;
      if (length < 0) return length;
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      total += length;
    }
    return concat(parts);
  } finally {
    closeFile(sys, fd);
  }
}

/** Writes all bytes. Returns 0, or -errno after a partial write. */
export function writeAll(sys: Sys, fd: number, bytes: Uint8Array): number {
  let offset = 0;
  while (offset < bytes.length) {
    const rest = bytes.slice(offset);
    const length = call(sys, 'write', fd, rest, rest.length);
    if (isErrno(length, 'EINTR')) continue;
    if (length < 0) return length;
    offset += length;
  }
  return 0;
}

/** Replaces a file atomically. Returns 0, or -errno with the old file unchanged. */
export function replaceFile(sys: Sys, path: string, bytes: Uint8Array, mode = 0o600): number {
  const beside = `${path}.new`;
  removeFile(sys, beside);
  const fd = openFile(sys, beside, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (fd < 0) return fd;
  const written = writeAll(sys, fd, bytes);
  closeFile(sys, fd);
  const result = written < 0 ? written : call(sys, 'renameat2', AT_FDCWD, cString(beside), AT_FDCWD, cString(path), 0);
  if (result < 0) removeFile(sys, beside);
  return result;
}

/** 0 or -errno. */
export function removeFile(sys: Sys, path: string): number {
  return call(sys, 'unlinkat', AT_FDCWD, cString(path), 0);
}

/** Creates a directory and its parents, which get mode 0755; 0 if it exists. @param mode of the directory itself */
export function makeDirectory(sys: Sys, path: string, mode = 0o755): number {
  const result = call(sys, 'mkdirat', AT_FDCWD, cString(path), mode);
  if (result === 0 || isErrno(result, 'EEXIST')) return 0;
  const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (!isErrno(result, 'ENOENT') || above === '') return result;
  const made = makeDirectory(sys, above);
  return made < 0 ? made : call(sys, 'mkdirat', AT_FDCWD, cString(path), mode);
}

/** The file type (S_IFMT) of a path without following links, or undefined. */
export function kindOf(sys: Sys, path: string): number | undefined {
  const mode = modeOf(sys, path, AT_SYMLINK_NOFOLLOW);
  return mode === undefined ? undefined : mode & S_IFMT;
}

/** Whether a path is a non-executable regular file, or a link to one. */
export function isPlainFile(sys: Sys, path: string): boolean {
  const mode = modeOf(sys, path, 0);
  return mode !== undefined && (mode & S_IFMT) === S_IFREG && (mode & ANYBODY_EXECUTES) === 0;
}

function modeOf(sys: Sys, path: string, flags: number): number | undefined {
  const status = new Uint8Array(256);
  if (call(sys, 'statx', AT_FDCWD, cString(path), flags, STATX_TYPE | STATX_MODE, status) < 0) return undefined;
  // struct statx: stx_mode has 2 bytes at offset 28.
  return new DataView(status.buffer).getUint16(28, true);
}

export function exists(sys: Sys, path: string): boolean {
  return call(sys, 'faccessat', AT_FDCWD, cString(path), 0) === 0;
}

/** The names in a directory without `.` and `..`, unordered, or -errno. */
export function listDirectory(sys: Sys, path: string): readonly string[] | number {
  const O_DIRECTORY = sys.arch === 'x64' ? 0o200000 : 0o40000;
  const fd = openFile(sys, path, O_DIRECTORY);
  if (fd < 0) return fd;
  const names: string[] = [];
  const buffer = new Uint8Array(PART);
  try {
    for (;;) {
      const length = call(sys, 'getdents64', fd, buffer, buffer.length);
      if (length < 0) return length;
      if (length === 0) return names;
      names.push(...directoryEntries(buffer.subarray(0, length)));
    }
  } finally {
    closeFile(sys, fd);
  }
}

/** struct linux_dirent64: 8-byte inode and offset, 2-byte entry length, type, name. */
function directoryEntries(bytes: Uint8Array): readonly string[] {
  const names: string[] = [];
  for (let offset = 0; offset + 19 <= bytes.length;) {
    const length = (bytes[offset + 16] ?? 0) | ((bytes[offset + 17] ?? 0) << 8);
    if (length < 19) break;
    const name = decodeName(bytes.subarray(offset + 19, offset + length));
    if (name !== '.' && name !== '..') names.push(name);
    offset += length;
  }
  return names;
}

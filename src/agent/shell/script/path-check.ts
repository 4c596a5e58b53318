import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { decodeUtf8 } from '../../core/bytes/text.ts';
import { describeErrno } from '../errno.ts';
import { AT_FDCWD, cString } from '../files.ts';
import type { Sys } from '../sys.ts';
import { call } from '../syscall-numbers.ts';

// linux/stat.h and linux/fcntl.h
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_ISVTX = 0o1000;
const LONGEST_CHAIN_OF_LINKS = 40;

interface Status {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Why a program must not be started, or undefined: it is not there, or is no program.
 * @param strict also refuses one that another than root could change or put something else in the place of, wherever
 * on its path, as `enable_script_security` asks for
 */
export function checkPath(sys: Sys, path: string, strict: boolean): string | undefined {
  let parts = path.split('/').filter((part) => part !== '');
  let links = 0;
  let at = '';
  const root = strict ? open(sys, '/') : undefined;
  if (root !== undefined) return root;
  for (;;) {
    const [part, ...rest] = parts;
    if (part === undefined) return `${path} is a directory`;
    parts = rest;
    if (part === '.') continue;
    if (part === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      continue;
    }
    const here = `${at}/${part}`;
    const status = statusOf(sys, here);
    if (typeof status === 'number') return `${here}: ${describeErrno(status)}`;
    const kind = status.mode & S_IFMT;
    if (kind === S_IFLNK) {
      const target = readLink(sys, here);
      links += 1;
      if (target === undefined || links > LONGEST_CHAIN_OF_LINKS) return `${here} is a link that leads nowhere`;
      if (target.startsWith('/')) at = '';
      parts = [...target.split('/').filter((step) => step !== ''), ...parts];
      continue;
    }
    const changeable = strict ? openToOthers(here, status) : undefined;
    if (changeable !== undefined) return changeable;
    at = here;
    if (kind === S_IFDIR) continue;
    if (parts.length > 0) return `${here} is not a directory`;
    if (kind !== S_IFREG || (status.mode & 0o111) === 0)
      return `${here} is not executable: chmod +x it, or name another program`;
    return undefined;
  }
}

function open(sys: Sys, path: string): string | undefined {
  const status = statusOf(sys, path);
  return typeof status === 'number' ? undefined : openToOthers(path, status);
}

/** In a directory with the sticky bit nobody replaces what is not his. */
function openToOthers(path: string, status: Status): string | undefined {
  const sticky = (status.mode & S_IFMT) === S_IFDIR && (status.mode & S_ISVTX) !== 0;
  const who =
    status.uid !== 0 && (status.mode & 0o200) !== 0
      ? `user ${status.uid}`
      : status.gid !== 0 && (status.mode & 0o020) !== 0 && !sticky
        ? `group ${status.gid}`
        : (status.mode & 0o002) !== 0 && !sticky
          ? 'everybody'
          : undefined;
  if (who === undefined) return undefined;
  return `${path} can be changed by ${who}, and enable_script_security lets root run only what root alone can change`;
}

function statusOf(sys: Sys, path: string): Status | number {
  const buffer = new Uint8Array(256);
  const result = call(sys, 'statx', AT_FDCWD, cString(path), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer);
  if (result < 0) return result;
  // struct statx: mask, blksize, attributes (8), nlink, uid, gid, mode (2).
  const reader = new ByteReader(buffer, 20);
  const uid = reader.u32le();
  const gid = reader.u32le();
  return { uid, gid, mode: reader.u16le() };
}

function readLink(sys: Sys, path: string): string | undefined {
  const buffer = new Uint8Array(4096);
  const length = call(sys, 'readlinkat', AT_FDCWD, cString(path), buffer, buffer.length);
  return length <= 0 ? undefined : decodeUtf8(buffer.subarray(0, length));
}

import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { describeErrno } from '../sys/errno.ts';
import { AT_FDCWD, cString } from '../sys/files.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

// linux/stat.h and linux/fcntl.h
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const S_ISVTX = 0o1000;
const LONGEST_CHAIN_OF_LINKS = 40;

interface Status {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Why a program must not be started, such as a missing or non-executable file, or undefined.
 * @param security `enable_script_security`: also refuses a program that gets root privileges (run by root, or setuid or
 * setgid root) if the program or a directory on its path is owned or writable by another user. keepalived 2.2.7 does
 * the same, except that it does not check the directory of a symbolic link.
 */
export function checkPath(
  sys: Sys,
  path: string,
  security: { readonly enabled: boolean; readonly byRoot: boolean },
): string | undefined {
  let parts = path.split('/').filter((part) => part !== '');
  let links = 0;
  let at = '';
  const root = statusOf(sys, '/');
  let insecure = typeof root === 'number' ? undefined : openToOthers('/', root);
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
      if (target === undefined || links > LONGEST_CHAIN_OF_LINKS) return `${here} is a broken symbolic link`;
      if (target.startsWith('/')) at = '';
      parts = [...target.split('/').filter((step) => step !== ''), ...parts];
      continue;
    }
    insecure ??= openToOthers(here, status);
    at = here;
    if (kind === S_IFDIR) continue;
    if (parts.length > 0) return `${here} is not a directory`;
    if (kind !== S_IFREG || (status.mode & 0o111) === 0)
      return `${here} is not executable; chmod +x it or configure another program`;
    return security.enabled && (security.byRoot || becomesRoot(status)) ? insecure : undefined;
  }
}

function becomesRoot({ mode, uid, gid }: Status): boolean {
  return ((mode & S_ISUID) !== 0 && uid === 0) || ((mode & S_ISGID) !== 0 && gid === 0);
}

/** An owner can always change the mode. The sticky bit of a directory prevents others from replacing files. */
function openToOthers(path: string, status: Status): string | undefined {
  const sticky = (status.mode & S_IFMT) === S_IFDIR && (status.mode & S_ISVTX) !== 0;
  const who =
    status.uid !== 0
      ? `user ${status.uid}, its owner`
      : status.gid !== 0 && (status.mode & 0o020) !== 0 && !sticky
        ? `group ${status.gid}`
        : (status.mode & 0o002) !== 0 && !sticky
          ? 'any user'
          : undefined;
  if (who === undefined) return undefined;
  return `${path} is writable by ${who}, which enable_script_security forbids; use chown root and chmod go-w`;
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

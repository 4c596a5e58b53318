import { decodeUtf8, decodeName } from '../../../keepalived/text/utf8.ts';
import type { ConfFile, ConfSource, SkippedFile } from '../../../keepalived/source.ts';
import { describeErrno } from '../sys/errno.ts';
import { isPlainFile, readFile } from '../sys/files.ts';
import { glob } from '../sys/glob.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

/** Reads configuration files from this host. */
export function confFiles(sys: Sys, main: string): ConfSource {
  return {
    main,
    read: (pattern, from) => {
      if (pattern === main && from === main) return [readOne(sys, main)];
      const absolute = pattern.startsWith('/') ? pattern : `${folderOf(from)}/${pattern}`;
      return glob(sys, absolute).map((name) =>
        isPlainFile(sys, name) ? readOne(sys, name) : { name, why: 'not a regular file, or executable' },
      );
    },
  };
}

/** The second field of struct utsname, whose fields have 65 bytes each. */
export function hostname(sys: Sys): string {
  const names = new Uint8Array(6 * 65);
  call(sys, 'uname', names);
  return decodeName(names.subarray(65, 130));
}

function readOne(sys: Sys, name: string): ConfFile | SkippedFile {
  const bytes = readFile(sys, name);
  return typeof bytes === 'number' ? { name, why: describeErrno(bytes) } : { name, text: decodeUtf8(bytes) };
}

/** The current directory for a path without a slash. */
function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

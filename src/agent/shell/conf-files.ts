import { decodeUtf8, decodeName } from '../../keepalived/text/utf8.ts';
import type { ConfFile, ConfSource } from '../../keepalived/source.ts';
import { describeErrno } from './errno.ts';
import { readFile } from './files.ts';
import { glob } from './glob.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

/** The files of a configuration on this host. */
export function confFiles(sys: Sys, main: string): ConfSource {
  return {
    main,
    read: (pattern, from) => {
      if (pattern === main && from === main) return readAll(sys, [main]);
      const absolute = pattern.startsWith('/') ? pattern : `${folderOf(from)}/${pattern}`;
      return readAll(sys, glob(sys, absolute));
    },
  };
}

/** struct utsname: fields of 65 bytes each; the second is the name of the host. */
export function hostname(sys: Sys): string {
  const names = new Uint8Array(6 * 65);
  call(sys, 'uname', names);
  return decodeName(names.subarray(65, 130));
}

/** Those that can be read; where none can, why the last of them cannot. */
function readAll(sys: Sys, names: readonly string[]): readonly ConfFile[] | string {
  const files: ConfFile[] = [];
  let why: string | undefined;
  for (const name of names) {
    const bytes = readFile(sys, name);
    if (typeof bytes === 'number') why = describeErrno(bytes);
    else files.push({ name, text: decodeUtf8(bytes) });
  }
  return files.length > 0 ? files : (why ?? []);
}

/** Of a relative path, the folder that we are in. */
function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

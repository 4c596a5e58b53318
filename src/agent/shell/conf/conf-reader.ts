import { concat } from '../../core/bytes/write.ts';
import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { isErrno } from '../sys/errno.ts';
import { closeFile, O_CLOEXEC, readFile } from '../sys/files.ts';
import { type LoadedConf, loadConf } from './load-conf.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Options } from '../options.ts';
import { fromPlain, type Plain, toPlain } from '../record/plain.ts';
import { OWN_VARIABLES } from '../service/service-manager.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const PROGRAM = '/proc/self/exe';
/** Without O_NONBLOCK, which the child would share: it must block while the pipe is full. */
const PIPE_FLAGS = O_CLOEXEC;
const STDERR = 2;
const SIGKILL = 9;
const PART = 65_536;
const PATIENCE_MS = 30_000;

/** The output of `lvs-agent parse`, without the file contents, which only this process needs. */
export function printConf(loaded: LoadedConf): string {
  return JSON.stringify(toPlain({ ...loaded, files: [] }));
}

/**
 * Reads the configuration in a child process running this program: a file with a thousand real servers takes a second,
 * long enough for backups to consider a master down. Falls back to reading it synchronously.
 */
export function readConfAside(sys: Sys, loop: Loop, options: Options, then: (loaded: LoadedConf) => void): void {
  const ends = new Uint8Array(8);
  const argv = ownCommand(sys, options);
  if (argv === undefined || call(sys, 'pipe2', ends, PIPE_FLAGS) < 0) return then(loadConf(sys, options));
  const reader = new ByteReader(ends);
  const [reads, writes] = [reader.u32le(), reader.u32le()];
  const env = Object.fromEntries(
    // The service manager expects notifications from this process only.
    Object.entries(sys.env).flatMap(([name, value]) =>
      value === undefined || OWN_VARIABLES.has(name) ? [] : [[name, value]],
    ),
  );
  const pid = sys.spawn({ argv, env, identity: undefined, stdio: [undefined, writes, STDERR] });
  closeFile(sys, writes);
  if (pid < 0) {
    closeFile(sys, reads);
    return then(loadConf(sys, options));
  }
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(PART);
  let isLate = false;
  const timer = loop.at(loop.now() + PATIENCE_MS, () => {
    isLate = true;
    call(sys, 'kill', pid, SIGKILL);
  });
  const watch = loop.watch(reads, {
    // A single read per event does not block.
    readable: () => {
      const length = call(sys, 'read', reads, buffer, buffer.length);
      if (length > 0) parts.push(buffer.slice(0, length));
      if (length > 0 || isErrno(length, 'EAGAIN', 'EINTR')) return;
      timer.cancel();
      watch.close();
      closeFile(sys, reads);
      // Reading it here instead would delay adverts just as long.
      then(isLate ? unread(options) : (parseConf(decodeUtf8(concat(parts))) ?? loadConf(sys, options)));
    },
    writable: undefined,
  });
  loop.onExit(pid, () => undefined);
}

function unread({ file }: Options): LoadedConf {
  const text = `${file}: reading timed out after ${PATIENCE_MS / 1000} s. Check its includes and reload again.`;
  return { conf: undefined, lines: [{ level: 'error', text }], ignored: [], exit: 5, files: [], digest: '' };
}

/** Undefined if the output is truncated. */
function parseConf(text: string): LoadedConf | undefined {
  try {
    const plain = JSON.parse(text) as Plain;
    // Converting special values takes longer than parsing, so it is skipped if there are none.
    return (text.includes('{"$') ? fromPlain(plain) : plain) as LoadedConf;
  } catch {
    return undefined;
  }
}

/** The command line for a child running `parse`; undefined without /proc. */
function ownCommand(sys: Sys, { file, configId, subsystems }: Options): readonly string[] | undefined {
  const bytes = readFile(sys, '/proc/self/cmdline');
  if (typeof bytes === 'number') return undefined;
  const words = decodeUtf8(bytes).split('\0').slice(0, -1);
  const own = words.slice(1, Math.max(1, words.length - sys.argv.length));
  const only = subsystems === 'all' ? [] : [subsystems === 'vrrp' ? '-P' : '-C'];
  const id = configId === undefined ? [] : [`--config-id=${configId}`];
  return [PROGRAM, ...own, 'parse', `--use-file=${file}`, ...id, ...only];
}

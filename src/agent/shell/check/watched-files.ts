import { decodeName, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { ByteReader } from '../../core/bytes/byte-reader.ts';
import {
  closeFile,
  cString,
  exists,
  O_CREAT,
  O_NONBLOCK,
  O_TRUNC,
  O_WRONLY,
  openFile,
  readFile,
  writeAll,
} from '../sys/files.ts';
import type { Loop, Timer, Watch } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import { leadingNumber } from './leading-number.ts';

// linux/inotify.h
const IN_NONBLOCK_CLOEXEC = 0o2004000;
const IN_MODIFY = 0x2;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_MOVE_SELF = 0x800;
const IN_Q_OVERFLOW = 0x4000;
const IN_IGNORED = 0x8000;
const IN_ONLYDIR = 0x1000000;
const WATCHED = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVE_SELF;

/** Only the start is read, as it holds the number. */
const LIMIT = 128;
/** Poll interval for folders that cannot be watched. */
const POLL_MS = 1000;

/**
 * Watches numbers in files, for `vrrp_track_file` and FILE_CHECK. The folders are watched, so that files can appear,
 * disappear and be replaced by rename. Changes behind a symbolic link to another folder are not detected.
 */
export interface WatchedFiles {
  /** Replaces the list of files. Each is reported in the next turn and then on every change. */
  readonly watch: (files: readonly string[]) => void;
  /** The number in a file: 0 if it does not start with one, undefined if it cannot be read. */
  readonly read: (file: string) => number | undefined;
  readonly close: () => void;
}

/** @param onValue never called from within `watch` */
export function openWatchedFiles(
  sys: Sys,
  loop: Loop,
  onValue: (file: string, value: number | undefined) => void,
): WatchedFiles {
  const files = new Files(sys, loop, onValue);
  return { watch: (wanted) => files.watch(wanted), read: (file) => files.read(file), close: () => files.close() };
}

/** Writes the number required by `init_file`, keeping an existing file unless `overwrite`. @returns 0 or -errno */
export function writeInitialNumber(
  sys: Sys,
  file: string,
  init: { readonly value: number; readonly overwrite: boolean },
): number {
  if (!init.overwrite && exists(sys, file)) return 0;
  // A FIFO without a reader must not block the agent.
  const fd = openFile(sys, file, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o644);
  if (fd < 0) return fd;
  const result = writeAll(sys, fd, encodeUtf8(`${init.value}\n`));
  closeFile(sys, fd);
  return result;
}

class Files {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #onValue: (file: string, value: number | undefined) => void;
  /** The last reported value of each file; `new` before the first report. */
  #reported = new Map<string, number | undefined | 'new'>();
  /** Watch descriptors of folders; the kernel returns the same one for equivalent paths. */
  readonly #folders = new Map<number, readonly string[]>();
  #fd = -1;
  #watch: Watch | undefined;
  #timer: Timer | undefined;

  constructor(sys: Sys, loop: Loop, onValue: (file: string, value: number | undefined) => void) {
    this.#sys = sys;
    this.#loop = loop;
    this.#onValue = onValue;
  }

  watch(files: readonly string[]): void {
    this.#reported = new Map(files.map((file) => [file, 'new']));
    const wanted = new Set(files.map(folderOf));
    for (const [descriptor, folders] of this.#folders)
      if (!folders.some((folder) => wanted.has(folder))) {
        this.#folders.delete(descriptor);
        call(this.#sys, 'inotify_rm_watch', this.#fd, descriptor);
      }
    this.#timer?.cancel();
    if (files.length > 0) this.#timer = this.#loop.at(this.#loop.now(), () => this.#poll());
  }

  read(file: string): number | undefined {
    const bytes = readFile(this.#sys, file, LIMIT);
    return typeof bytes === 'number' ? undefined : (leadingNumber(bytes) ?? 0);
  }

  close(): void {
    this.#timer?.cancel();
    this.#watch?.close();
    if (this.#fd >= 0) closeFile(this.#sys, this.#fd);
    this.#fd = -1;
    this.#folders.clear();
    this.#reported.clear();
  }

  /** Watches new folders and reads all files; repeats while a folder cannot be watched. */
  #poll(): void {
    const watched = new Set([...this.#folders.values()].flat());
    let missing = false;
    for (const folder of new Set([...this.#reported.keys()].map(folderOf)))
      if (!watched.has(folder)) missing = !this.#watchFolder(folder) || missing;
    // Read after the watch is set, so that no change is missed.
    for (const file of this.#reported.keys()) this.#report(file, this.read(file));
    if (missing) this.#timer = this.#loop.at(this.#loop.now() + POLL_MS, () => this.#poll());
  }

  #watchFolder(folder: string): boolean {
    if (this.#fd < 0) {
      this.#fd = call(this.#sys, 'inotify_init1', IN_NONBLOCK_CLOEXEC);
      if (this.#fd < 0) return false;
      this.#watch = this.#loop.watch(this.#fd, { readable: () => this.#handle(), writable: undefined });
    }
    const descriptor = call(this.#sys, 'inotify_add_watch', this.#fd, cString(folder), (WATCHED | IN_ONLYDIR) >>> 0);
    if (descriptor >= 0) this.#folders.set(descriptor, [...(this.#folders.get(descriptor) ?? []), folder]);
    return descriptor >= 0;
  }

  #report(file: string, value: number | undefined): void {
    if (!this.#reported.has(file) || this.#reported.get(file) === value) return;
    this.#reported.set(file, value);
    this.#onValue(file, value);
  }

  #handle(): void {
    const buffer = new Uint8Array(4096);
    const length = call(this.#sys, 'read', this.#fd, buffer, buffer.length);
    const reader = new ByteReader(buffer.subarray(0, Math.max(0, length)));
    // struct inotify_event: descriptor, mask, cookie, length of the name.
    while (reader.left >= 16) {
      const descriptor = reader.u32le();
      const mask = reader.u32le();
      reader.skip(4);
      const name = decodeName(reader.take(reader.u32le()));
      this.#changed(descriptor, mask, name);
    }
  }

  #changed(descriptor: number, mask: number, name: string): void {
    if ((mask & (IN_IGNORED | IN_MOVE_SELF | IN_Q_OVERFLOW)) !== 0) {
      // The folder was replaced or removed, or events were lost: start over.
      if ((mask & IN_MOVE_SELF) !== 0) call(this.#sys, 'inotify_rm_watch', this.#fd, descriptor);
      this.#folders.delete(descriptor);
      this.#timer?.cancel();
      this.#timer = this.#loop.at(this.#loop.now(), () => this.#poll());
      return;
    }
    for (const folder of this.#folders.get(descriptor) ?? []) {
      const file = folder === '/' ? `/${name}` : `${folder}/${name}`;
      if (this.#reported.has(file)) this.#readAgain(file, mask);
    }
  }

  #readAgain(file: string, mask: number): void {
    const bytes = readFile(this.#sys, file, LIMIT);
    if (typeof bytes === 'number') this.#report(file, undefined);
    // Writers truncate a file before writing: an empty file counts as 0 only once it is closed.
    else if (bytes.length > 0 || (mask & (IN_MODIFY | IN_CREATE)) === 0) this.#report(file, leadingNumber(bytes) ?? 0);
  }
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash <= 0 ? '/' : file.slice(0, slash);
}

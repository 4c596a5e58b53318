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

/** A number is at the start: what comes behind it does not matter. */
const LIMIT = 128;
/** How often a folder that cannot be watched is tried again, and its files are read meanwhile. */
const POLL_MS = 1000;

/**
 * Numbers in files, as `vrrp_track_file` and FILE_CHECK have them: told at once when they change. The folders of the
 * files are watched, so that a file may come, go, and be replaced by a rename. What a symbolic link leads to in another
 * folder is not seen to change, only the link.
 */
export interface WatchedFiles {
  /** The whole list of files from now on. Each is told once in the next turn, and then when it changes. */
  readonly watch: (files: readonly string[]) => void;
  /** The number in a file: 0 when it begins with none, undefined when the file cannot be read. */
  readonly read: (file: string) => number | undefined;
  readonly close: () => void;
}

/** @param onValue is never called from within `watch` */
export function openWatchedFiles(
  sys: Sys,
  loop: Loop,
  onValue: (file: string, value: number | undefined) => void,
): WatchedFiles {
  const files = new Files(sys, loop, onValue);
  return { watch: (wanted) => files.watch(wanted), read: (file) => files.read(file), close: () => files.close() };
}

/** Writes the number that `init_file` asks for; 0, or -errno. One that is there is kept unless `overwrite`. */
export function writeInitialNumber(
  sys: Sys,
  file: string,
  init: { readonly value: number; readonly overwrite: boolean },
): number {
  if (!init.overwrite && exists(sys, file)) return 0;
  // A FIFO that nobody reads must not stop the agent.
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
  /** What was told of each file; `new` before it was. */
  #told = new Map<string, number | undefined | 'new'>();
  /** Watch descriptors of folders; the kernel gives one for all ways to write a folder's name. */
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
    this.#told = new Map(files.map((file) => [file, 'new']));
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
    this.#told.clear();
  }

  /** Watches the folders that are not watched yet, reads all, and comes again while there is one that cannot be. */
  #poll(): void {
    const watched = new Set([...this.#folders.values()].flat());
    let missing = false;
    for (const folder of new Set([...this.#told.keys()].map(folderOf)))
      if (!watched.has(folder)) missing = !this.#watchFolder(folder) || missing;
    // After the watch was set, so that no change between the two is missed.
    for (const file of this.#told.keys()) this.#tell(file, this.read(file));
    if (missing) this.#timer = this.#loop.at(this.#loop.now() + POLL_MS, () => this.#poll());
  }

  #watchFolder(folder: string): boolean {
    if (this.#fd < 0) {
      this.#fd = call(this.#sys, 'inotify_init1', IN_NONBLOCK_CLOEXEC);
      if (this.#fd < 0) return false;
      this.#watch = this.#loop.watch(this.#fd, { readable: () => this.#hear(), writable: undefined });
    }
    const descriptor = call(this.#sys, 'inotify_add_watch', this.#fd, cString(folder), (WATCHED | IN_ONLYDIR) >>> 0);
    if (descriptor >= 0) this.#folders.set(descriptor, [...(this.#folders.get(descriptor) ?? []), folder]);
    return descriptor >= 0;
  }

  #tell(file: string, value: number | undefined): void {
    if (!this.#told.has(file) || this.#told.get(file) === value) return;
    this.#told.set(file, value);
    this.#onValue(file, value);
  }

  #hear(): void {
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
      // The folder is another one now, or none, or events were lost: begin anew.
      if ((mask & IN_MOVE_SELF) !== 0) call(this.#sys, 'inotify_rm_watch', this.#fd, descriptor);
      this.#folders.delete(descriptor);
      this.#timer?.cancel();
      this.#timer = this.#loop.at(this.#loop.now(), () => this.#poll());
      return;
    }
    for (const folder of this.#folders.get(descriptor) ?? []) {
      const file = folder === '/' ? `/${name}` : `${folder}/${name}`;
      if (this.#told.has(file)) this.#readAgain(file, mask);
    }
  }

  #readAgain(file: string, mask: number): void {
    const bytes = readFile(this.#sys, file, LIMIT);
    if (typeof bytes === 'number') this.#tell(file, undefined);
    // A writer empties a file before he writes the new number: that is no 0, unless he leaves it at that.
    else if (bytes.length > 0 || (mask & (IN_MODIFY | IN_CREATE)) === 0) this.#tell(file, leadingNumber(bytes) ?? 0);
  }
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash <= 0 ? '/' : file.slice(0, slash);
}

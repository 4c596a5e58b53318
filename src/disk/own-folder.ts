import { lstat, mkdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.ts';

/** A longer chain is a circle; the kernel gives up there too (ELOOP). */
const MOST_LINKS = 40;

export interface OwnFolderOptions {
  /** Of the failure when another user could redirect what is written there. */
  readonly code: 'inventory' | 'lab';
  /** What the user can do then, as a sentence. */
  readonly hint: string;
  /** Of folders that are made. */
  readonly mode?: number;
}

/**
 * Creates a local folder and its parents such that only the user and root can redirect what is written
 * into it: each folder on its path belongs to one of them and cannot be written to by others. A sticky folder such as
 * /tmp may be passed through, but its links are not followed. Groups are trusted, but for what root writes.
 * @throws Failure that names the folder at fault; errors of the file system
 */
export async function makeOwnFolder(folder: string, { code, hint, mode = 0o777 }: OwnFolderOptions): Promise<void> {
  const unsafe = (what: string): Failure =>
    new Failure(code, what, { hint: `Another user could redirect what is written there. ${hint}` });
  const parts = path.resolve(folder).split('/').filter(Boolean);
  let at = '/';
  let links = 0;
  let shared = await judge(at, unsafe);
  for (;;) {
    const part = parts.shift();
    if (part === undefined) break;
    const here = part === '..' ? path.dirname(at) : path.join(at, part);
    const found = await seen(here);
    if (found?.isSymbolicLink() === true) {
      links += 1;
      if (links > MOST_LINKS) throw unsafe(`${here} leads through too many symbolic links`);
      if (shared !== undefined) throw unsafe(`${here} is a symbolic link, and ${shared}`);
      const target = await readlink(here);
      if (path.isAbsolute(target)) {
        at = '/';
        shared = await judge(at, unsafe);
      }
      parts.unshift(...target.split('/').filter((step) => step !== '' && step !== '.'));
      continue;
    }
    if (found === undefined) await mkdir(here, { mode }).catch(ignoreExisting);
    at = here;
    shared = await judge(at, unsafe);
  }
  if (shared !== undefined) throw unsafe(shared);
}

/** @returns why others can take names in it, where the sticky bit keeps them from replacing what is there */
async function judge(folder: string, unsafe: (what: string) => Failure): Promise<string | undefined> {
  const stats = await lstat(folder);
  const { uid, gid, mode } = stats;
  const me = process.getuid?.() ?? 0;
  if (!stats.isDirectory()) throw unsafe(`${folder} is not a directory`);
  if (uid !== 0 && uid !== me) throw unsafe(`${folder} is owned by user ${uid}`);
  const others = (mode & 0o002) !== 0;
  const group = (mode & 0o020) !== 0 && me === 0 && gid !== 0;
  if (!others && !group) return undefined;
  const why = `${folder} is writable by ${others ? 'everyone' : `group ${gid}`}`;
  if ((mode & 0o1000) === 0) throw unsafe(why);
  return why;
}

async function seen(name: string) {
  try {
    return await lstat(name);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Checked regardless of who created it. */
function ignoreExisting(error: unknown): void {
  if (!isErrno(error, 'EEXIST')) throw error;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

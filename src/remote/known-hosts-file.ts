import { mkdir, open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../disk/replace-file.ts';
import type { ShownKey } from './host-key.ts';
import { hashedName, type KnownHost, parseKnownHosts } from './known-hosts.ts';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Reads all files in order. A missing file counts as empty. @throws errors of `node:fs` for unreadable ones */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const read = async (file: string): Promise<readonly KnownHost[]> => {
    try {
      return parseKnownHosts(await readFile(file, 'utf8'), file);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  };
  return (await Promise.all(files.map(read))).flat();
}

/**
 * Appends a host to a file, which is created if missing (0600, its folder 0700). A single write keeps lines whole when
 * several runs append.
 *
 * @param key base64 of the key in wire format
 */
export async function addKnownHost(file: string, name: string, keyType: string, key: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const cut = size > 0 && last.toString() !== '\n';
    await handle.write(`${cut ? '\n' : ''}${name} ${keyType} ${key}\n`);
  } finally {
    await handle.close();
  }
}

export interface NewHost {
  /** as of `knownName` */
  readonly name: string;
  readonly key: Pick<ShownKey, 'type' | 'base64'>;
  readonly hashed: boolean;
}

/** Adds several hosts to a file atomically: it has all of them or none. Links and the mode of the file are kept. */
export async function addKnownHosts(file: string, hosts: readonly NewHost[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  let target = file;
  let text = '';
  let mode = 0o600;
  try {
    target = await realpath(file);
    text = await readFile(target, 'utf8');
    mode = (await stat(target)).mode & 0o777;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const lines = hosts.map(({ name, key, hashed }) => `${hashed ? hashedName(name) : name} ${key.type} ${key.base64}\n`);
  await replaceFile(target, whole + lines.join(''), mode);
}

import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type KnownHost, parseKnownHosts } from './known-hosts.ts';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Reads all files, in order. One that is missing is empty; one that cannot be read is an error of `node:fs`. */
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
 * Adds a host to a file, which is made when it is missing (0600, its folder 0700). It is one write at the end of the
 * file, so that many at once leave whole lines.
 *
 * @param key base64 of the key as it goes over the wire
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

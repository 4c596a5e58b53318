import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../failure.ts';

/** Fewer characters can be guessed. */
export const SHORTEST_KEY = 12;

/** bytes */
const LARGEST = 64 * 1024;

/**
 * The key in a file, without the newline at its end.
 * @throws Failure `inventory` when it cannot be read, is too short, or other users may read it
 */
export async function readKeyFile(file: string): Promise<string> {
  try {
    const { size, mode } = await stat(file);
    if ((mode & 0o007) !== 0)
      throw new Failure('inventory', `Key file ${file}: readable by other users.`, { hint: `Run: chmod 600 ${file}` });
    if (size > LARGEST) throw new Failure('inventory', `Key file ${file}: larger than ${LARGEST / 1024} KiB.`);
    const key = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    if (key.length >= SHORTEST_KEY) return key;
    throw new Failure('inventory', `Key file ${file}: a key has at least ${SHORTEST_KEY} characters.`, {
      hint: `Write one: (umask 077; openssl rand -base64 32 >${file})`,
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new Failure('inventory', `Key file ${file}: ${why}.`, {
      hint: 'Pass another one with --secret-key-file or $LVSCTL_SECRET_KEY_FILE.',
      cause: error,
    });
  }
}

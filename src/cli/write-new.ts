import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { replaceFile } from '../disk/replace-file.ts';
import { Failure } from '../failure.ts';

/**
 * Writes a file that must not exist yet, or replaces it with `force`.
 * @param name as messages call it
 */
export async function writeNew(
  file: string,
  name: string,
  text: string,
  { mode, force = false }: { readonly mode: number; readonly force?: boolean },
): Promise<void> {
  try {
    if (force) return await replaceFile(file, text, mode);
    const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Failure('inventory', code === 'EEXIST' ? `${name} already exists.` : `Cannot write ${name} (${code}).`, {
      hint: 'Choose another file with -o FILE.',
      cause: error,
    });
  }
}

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces a local file atomically: a reader sees the old one or the new one, even after a power failure. The
 * new one is created exclusively under an unpredictable name.
 */
export async function replaceFile(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  const folder = path.dirname(file);
  const fresh = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  const handle = await open(fresh, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    await rename(fresh, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(fresh, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

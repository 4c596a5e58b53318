import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, open, type FileHandle } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { type Manifest, contentsOf, manifestText } from './manifest.ts';
import { BLOCK, padding, tarHeader } from './tar.ts';

/**
 * Writes a bundle: `manifest.json`, its digest, and each content by its digest, in that order. It gets its name when it
 * is complete.
 * @param pathOf where the content of a digest is on this machine
 */
export async function writeBundle(
  file: string,
  manifest: Manifest,
  pathOf: (sha256: string) => Iterable<Uint8Array> | string,
): Promise<void> {
  const unfinished = `${file}.part`;
  await rm(unfinished, { force: true });
  let handle: FileHandle | undefined;
  try {
    handle = await open(unfinished, 'wx', 0o644);
    const text = Buffer.from(manifestText(manifest));
    await handle.write(entry('manifest.json', text));
    await handle.write(entry('manifest.sha256', Buffer.from(digestLine(text))));
    for (const { sha256, size } of contentsOf(manifest)) {
      await handle.write(tarHeader({ name: contentName(sha256), size }));
      const source = pathOf(sha256);
      for await (const chunk of typeof source === 'string' ? createReadStream(source) : source) {
        await handle.write(chunk as Uint8Array);
      }
      await handle.write(Buffer.alloc(padding(size)));
    }
    await handle.write(Buffer.alloc(2 * BLOCK));
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(unfinished, file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('command', `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Choose another file with -o FILE, or free space.',
      cause: error,
    });
  } finally {
    await handle?.close();
    await rm(unfinished, { force: true });
  }
}

function entry(name: string, content: Buffer): Buffer {
  return Buffer.concat([tarHeader({ name, size: content.length }), content, Buffer.alloc(padding(content.length))]);
}

export function contentName(sha256: string): string {
  return `files/${sha256}`;
}

/** As `sha256sum -c` reads it. */
export function digestLine(manifest: Buffer): string {
  return `${createHash('sha256').update(manifest).digest('hex')}  manifest.json\n`;
}

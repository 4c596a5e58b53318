import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../failure.ts';
import { type Bundle, LIMITS, contentsOf, parseManifest } from './manifest.ts';
import { BLOCK, padding, readTarHeader } from './tar.ts';
import { contentName, digestLine } from './write-bundle.ts';

/** bytes read at once */
const CHUNK = 2 ** 20;

/**
 * Opens a bundle and compares every checksum.
 * @throws Failure `inventory` that names the file which is damaged, missing or too many
 */
export function readBundle(file: string): Bundle {
  const name = path.basename(file);
  const damaged = (what: string): Failure =>
    new Failure('inventory', `${name}: ${what}.`, { hint: 'Copy it again, or make a new one with `lvsctl bundle`.' });
  const source = openSource(file, name);
  try {
    const take = (offset: number, length: number, title: string): Buffer => {
      const bytes = source.read(offset, length);
      if (bytes.length < length) throw damaged(`it ends in ${title}`);
      return bytes;
    };
    const first = readTarHeader(take(0, BLOCK, 'the first header'));
    if (first?.name !== 'manifest.json') throw damaged('not a bundle of lvsctl');
    if (first.size > LIMITS.manifest) throw damaged('its manifest is larger than any of lvsctl');
    const text = take(BLOCK, first.size, 'manifest.json');
    let at = BLOCK + first.size + padding(first.size);
    const expected = Buffer.from(digestLine(text));
    const second = readTarHeader(take(at, BLOCK, 'manifest.sha256'));
    if (second?.name !== 'manifest.sha256' || !take(at + BLOCK, expected.length, 'manifest.sha256').equals(expected))
      throw damaged('manifest.json is damaged');
    at += BLOCK + second.size + padding(second.size);
    const manifest = parseManifest(text.toString('utf8'));
    if (typeof manifest === 'string') throw damaged(manifest);
    const offsets = new Map<string, number>();
    for (const { sha256, size, title } of contentsOf(manifest)) {
      const header = readTarHeader(take(at, BLOCK, title));
      if (header?.name !== contentName(sha256) || header.size !== size) throw damaged(`${title} is damaged or missing`);
      at += BLOCK;
      if (digestAt(take, at, size, title) !== sha256) throw damaged(`${title} is damaged`);
      offsets.set(sha256, at);
      at += size + padding(size);
    }
    if (take(at, 2 * BLOCK, 'its last block').some((byte) => byte !== 0) || source.size !== at + 2 * BLOCK)
      throw damaged('something follows the last file of its manifest');
    return {
      name,
      manifest,
      size: source.size,
      read: (sha256, offset, length) => {
        const start = offsets.get(sha256);
        if (start === undefined) throw new RangeError(`${name} has no content ${sha256}`);
        const again = openSource(file, name);
        try {
          return again.read(start + offset, length);
        } finally {
          again.close();
        }
      },
    };
  } finally {
    source.close();
  }
}

function openSource(file: string, name: string) {
  try {
    const descriptor = openSync(file, 'r');
    const stats = fstatSync(descriptor);
    const close = (): void => {
      closeSync(descriptor);
    };
    if (!stats.isFile() || stats.size > LIMITS.bundle) {
      close();
      throw new Failure('inventory', `${name}: not a bundle of lvsctl.`, { hint: 'Make one with `lvsctl bundle`.' });
    }
    const read = (offset: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    return { size: stats.size, read, close };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw new Failure('inventory', `${name}: ${why}: ${path.resolve(file)}.`, {
      hint: 'Make one with `lvsctl bundle`, or correct packages.bundle.',
      cause: error,
    });
  }
}

function digestAt(
  take: (offset: number, length: number, title: string) => Buffer,
  start: number,
  size: number,
  title: string,
): string {
  const hash = createHash('sha256');
  for (let offset = 0; offset < size; offset += CHUNK)
    hash.update(take(start + offset, Math.min(CHUNK, size - offset), title));
  return hash.digest('hex');
}

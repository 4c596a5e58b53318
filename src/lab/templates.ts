import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The folder of the files that go into hosts and guests; the same from src/ and from dist/. */
export const LAB_TEMPLATES = path.join(import.meta.dirname, '..', '..', 'templates', 'lab');

/** A digest of template files (folders: of all in them), so that what is built from them is rebuilt when they change. */
export function templatesDigest(names: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of names) {
    const top = path.join(LAB_TEMPLATES, name);
    const files = statSync(top).isDirectory()
      ? readdirSync(top, { recursive: true, encoding: 'utf8' })
          .sort()
          .map((below) => path.join(name, below))
      : [name];
    for (const file of files) {
      const full = path.join(LAB_TEMPLATES, file);
      if (statSync(full).isFile()) hash.update(`${file}\0`).update(readFileSync(full)).update('\0');
    }
  }
  return hash.digest('hex');
}

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { UntrustedSource } from './untrusted-source.ts';

/** Debian source packages compiled into a runtime. */
export const SOURCE_PACKAGES = ['quickjs', 'mbedtls', 'musl'] as const;
export type SourcePackage = (typeof SOURCE_PACKAGES)[number];

const SOURCE = z.object({
  /** Debian version with revision. */
  version: z.string().regex(/^[0-9][A-Za-z0-9.+~-]*$/),
  /** Hexadecimal SHA-256 of the .dsc and of each file it lists. */
  files: z.record(z.string().regex(/^[a-z0-9][A-Za-z0-9.+~_-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

const PINS = z.object({
  /** Debian codename; includes its security archive. */
  suite: z.string().regex(/^[a-z]+$/),
  sources: z.object({ quickjs: SOURCE, mbedtls: SOURCE, musl: SOURCE }),
});

/** One version of a source package. */
export type SourceVersion = Readonly<z.infer<typeof SOURCE>>;
export type Pins = Readonly<z.infer<typeof PINS>>;

const FILE = 'pinned-sources.json';

/**
 * Reads the reviewed and committed sources of the runtime.
 * @param own folder of the file
 */
export async function readPins(own: string): Promise<Pins> {
  const file = path.join(own, FILE);
  const parsed = PINS.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new UntrustedSource(`${file}: ${z.prettifyError(parsed.error)}`, {
    hint: 'Restore it with git, or recreate it with `npm run build -- --update-pins`.',
  });
}

export async function writePins(own: string, pins: Pins): Promise<void> {
  await writeFile(path.join(own, FILE), `${JSON.stringify(pins, undefined, 2)}\n`);
}

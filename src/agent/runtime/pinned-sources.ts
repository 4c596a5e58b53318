import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { UntrustedSource } from './untrusted-source.ts';

/** Packages of Debian whose sources are compiled into a runtime, by their names there. */
export const SOURCE_PACKAGES = ['quickjs', 'mbedtls', 'musl'] as const;
export type SourcePackage = (typeof SOURCE_PACKAGES)[number];

const SOURCE = z.object({
  /** Debian's version, with its revision. */
  version: z.string().regex(/^[0-9][A-Za-z0-9.+~-]*$/),
  /** SHA-256 in hexadecimal of the .dsc and of each file that it names. */
  files: z.record(z.string().regex(/^[a-z0-9][A-Za-z0-9.+~_-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

const PINS = z.object({
  /** Of Debian, by codename; its security archive counts as part of it. */
  suite: z.string().regex(/^[a-z]+$/),
  sources: z.object({ quickjs: SOURCE, mbedtls: SOURCE, musl: SOURCE }),
});

/** One version of a source package. */
export type SourceVersion = Readonly<z.infer<typeof SOURCE>>;
export type Pins = Readonly<z.infer<typeof PINS>>;

const FILE = 'pinned-sources.json';

/**
 * What a runtime is built from, as it was reviewed and committed.
 * @param own the folder of the file
 */
export async function readPins(own: string): Promise<Pins> {
  const file = path.join(own, FILE);
  const parsed = PINS.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new UntrustedSource(`${file}: ${z.prettifyError(parsed.error)}`, {
    hint: 'Restore it with git, or write it anew with `npm run build -- --update-pins`.',
  });
}

export async function writePins(own: string, pins: Pins): Promise<void> {
  await writeFile(path.join(own, FILE), `${JSON.stringify(pins, undefined, 2)}\n`);
}

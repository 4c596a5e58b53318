import * as z from 'zod';

/** Bounds of what a bundle may hold, so that a hostile one is refused before it costs memory or disk. */
export const LIMITS = { manifest: 8 * 2 ** 20, files: 20_000, file: 2 ** 30, bundle: 8 * 2 ** 30 } as const;

/** File names of packages: no folder, nothing hidden, no option. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+~%^:=@-]{0,254}$/;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(/^[a-z0-9][a-z0-9+._-]{0,127}$/i);

const content = z.strictObject({ sha256: digest, size: z.number().int().min(1).max(LIMITS.file) });

const platform = z.strictObject({
  /** As in `debian-12-x86_64`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,127}$/),
  format: z.enum(['deb', 'rpm', 'apk', 'pacman']),
  /** ID of os-release(5), the release as `releaseOf` makes it, and `uname -m`. */
  id: name,
  release: name,
  machine: name,
  /** By Debian's name of each package: the files that it and its dependencies are in. */
  packages: z.record(name, z.array(z.string().regex(FILE_NAME)).min(1)),
  files: z.record(z.string().regex(FILE_NAME), content),
});

const schema = z.strictObject({
  version: z.literal(1),
  platforms: z.array(platform).max(100),
  /** The bundled agent by machine, as `uname -m` names it. */
  agents: z.record(name, content),
});

export type Manifest = Readonly<z.infer<typeof schema>>;
export type BundlePlatform = Manifest['platforms'][number];
export type Content = Readonly<z.infer<typeof content>>;

/** A bundle whose files have the checksums of its manifest. */
export interface Bundle {
  /** As messages call it. */
  readonly name: string;
  readonly manifest: Manifest;
  /** bytes */
  readonly size: number;
  /** A part of a content. @throws RangeError for a digest that is not in the manifest */
  readonly read: (sha256: string, offset: number, length: number) => Uint8Array;
}

/** @returns what is wrong with it, as a phrase, where it is no manifest */
export function parseManifest(text: string): Manifest | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return 'its manifest is not JSON';
  }
  if (typeof data === 'object' && data !== null && 'version' in data && data.version !== 1)
    return `its version is ${JSON.stringify(data.version)}, and this lvsctl reads version 1`;
  const { success, data: manifest, error } = schema.safeParse(data);
  if (!success) {
    const [issue] = error.issues;
    return `its manifest is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  }
  const unlisted = manifest.platforms.flatMap(({ name, packages, files }) =>
    Object.values(packages)
      .flat()
      .filter((file) => !Object.hasOwn(files, file))
      .map((file) => `its manifest lists ${file} for ${name} without a checksum`),
  );
  const sizes = new Map<string, number>();
  for (const { sha256, size } of listed(manifest)) {
    if ((sizes.get(sha256) ?? size) !== size) return `its manifest has two sizes for ${sha256}`;
    sizes.set(sha256, size);
  }
  if (sizes.size > LIMITS.files) return `it has more than ${LIMITS.files} files`;
  return unlisted[0] ?? manifest;
}

/** The text of a manifest: the same for the same content. */
export function manifestText(manifest: Manifest): string {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toSorted(([one], [other]) => (one < other ? -1 : 1))
              .map(([key, one]) => [key, sorted(one)]),
          )
        : value;
  const platforms = manifest.platforms.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return `${JSON.stringify(sorted({ ...manifest, platforms }), undefined, 1)}\n`;
}

/** Each content of a bundle once, by digest. */
export function contentsOf(manifest: Manifest): ReturnType<typeof listed> {
  return [...new Map(listed(manifest).map((one) => [one.sha256, one])).values()].toSorted((one, other) =>
    one.sha256 < other.sha256 ? -1 : 1,
  );
}

function listed({ platforms, agents }: Manifest): readonly (Content & { readonly title: string })[] {
  return [
    ...platforms.flatMap(({ files }) => Object.entries(files).map(([title, file]) => ({ title, ...file }))),
    ...Object.entries(agents).map(([machine, file]) => ({ title: `lvs-agent for ${machine}`, ...file })),
  ];
}

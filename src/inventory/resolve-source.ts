import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { DEFAULTS } from './defaults.ts';
import { type Finding, mistake } from './finding.ts';
import { unreadable } from './load.ts';
import type { Picker } from './origins.ts';
import { BUILT_PROGRAMS, type BuiltProgram, type SourceBuilds, type Tarball } from './package-sources.ts';
import type { PathParts } from './place.ts';
import { folderOf } from './resolve-access.ts';
import type { Input } from './schema.ts';
import { absolute } from './ssh-settings.ts';
import type { InventoryEnvironment } from './source.ts';

/** bytes; those of keepalived have one or two million */
const LARGEST = 64 * 1024 * 1024;

/** What each compression begins with. */
const MAGIC: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries<readonly number[]>({
    gz: [0x1f, 0x8b],
    xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    bz2: [0x42, 0x5a, 0x68],
  }),
);

type Given = NonNullable<NonNullable<NonNullable<Input['packages']>['source']>['keepalived']>;

export interface ResolvedSource {
  readonly source: SourceBuilds | undefined;
  readonly findings: readonly Finding[];
}

/** The tarballs of the inventory; those on this machine are read and compared with their digests. */
export async function resolveSource(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<ResolvedSource> {
  const given = input.packages?.source;
  if (given === undefined) return { source: undefined, findings: [] };
  const findings: Finding[] = [];
  const tarballs: Tarball[] = [];
  for (const program of BUILT_PROGRAMS) {
    const one = given[program];
    if (one === undefined) continue;
    const found = await resolveTarball(picker, environment, program, one);
    if ('what' in found) findings.push(mistake(found.at, found.what, found.hint));
    else tarballs.push(found);
  }
  const at = ['packages', 'source', 'build_on'];
  const buildOn =
    picker.own<readonly string[] | undefined>(at, given.build_on, DEFAULTS.packages.source.build_on) ?? [];
  return { source: { tarballs, buildOn }, findings };
}

interface Unusable {
  readonly at: PathParts;
  readonly what: string;
  readonly hint?: string;
}

async function resolveTarball(
  picker: Picker,
  environment: InventoryEnvironment,
  program: BuiltProgram,
  { tarball, mounted, sha256, configure }: Given,
): Promise<Tarball | Unusable> {
  const at = ['packages', 'source', program];
  if ((tarball === undefined) === (mounted === undefined)) {
    const what = tarball === undefined ? 'names no file' : 'names a file on this machine and one on the hosts';
    return { at, what: `The source of ${program} ${what}.`, hint: 'Give it `tarball` or `mounted`.' };
  }
  const place = [...at, tarball === undefined ? 'mounted' : 'tarball'];
  const folder = folderOf(picker.place(at).file, environment);
  const path = picker.given(place, absolute(tarball ?? mounted ?? '', folder, environment.home));
  const name = basename(path);
  const [, version, compression = ''] =
    /^(?:keepalived|ipvsadm)[-_](\d+(?:\.\d+)+)(?:\.orig)?\.tar\.(gz|xz|bz2)$/.exec(name) ?? [];
  if (version === undefined || !name.startsWith(program))
    return {
      at: place,
      what: `${name} is not named as a tarball of ${program}.`,
      hint: `Its name says the version, as in ${program}-1.2.13.tar.gz.`,
    };
  const common = {
    program,
    version,
    path,
    mounted: mounted !== undefined,
    configure: picker.own([...at, 'configure'], configure, DEFAULTS.packages.source.configure),
  };
  const expected = picker.own([...at, 'sha256'], sha256, DEFAULTS.packages.source.sha256);
  if (mounted !== undefined) return { ...common, sha256: expected, size: 0 };
  const content = await read(environment, path, MAGIC.get(compression) ?? []);
  if ('what' in content) return { ...content, at: place };
  if (expected !== undefined && expected !== content.sha256)
    return {
      at: [...at, 'sha256'],
      what: `${name} has another digest: ${content.sha256}.`,
      hint: 'Download it again, and compare with the digest that its authors publish.',
    };
  return { ...common, ...content };
}

async function read(
  environment: InventoryEnvironment,
  file: string,
  magic: readonly number[],
): Promise<(Pick<Tarball, 'size'> & { readonly sha256: string }) | Pick<Unusable, 'what' | 'hint'>> {
  let bytes: Uint8Array;
  try {
    bytes = await environment.readFile(file);
  } catch (error) {
    return {
      what: `${file} cannot be read: ${unreadable(error).what}`,
      hint: 'Download it from the authors of the program, or correct packages.source.',
    };
  }
  const size = bytes.length;
  if (size > LARGEST) return { what: `${file} is larger than 64 MiB.`, hint: 'Give the tarball of one program.' };
  if (!magic.every((byte, index) => bytes[index] === byte))
    return {
      what: `${file} is not compressed as its name says.`,
      hint: 'It may be a page of errors: download it again.',
    };
  return { size, sha256: createHash('sha256').update(bytes).digest('hex') };
}

import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { KINDS, type Kind, type Want } from '../../../src/resources/kinds.ts';
import type { Diff, Surroundings } from '../../../src/resources/resource.ts';
import { type Command, sh } from '../../../src/remote/command.ts';
import { surroundings } from '../../support/surroundings.ts';

/** What a case says. A `@` at the beginning of a path stands for a folder of the test's own. */
export interface Case {
  /** Without its kind, which is the name of the folder. Modes are octal text, maps are objects, a program is its text. */
  readonly want: Readonly<Record<string, unknown>>;
  /** Lines that the probe printed; for a case that is not done for real. */
  readonly have?: readonly string[];
  /** What is there before; its probe and its steps are run for real. */
  readonly before?: Files;
  /** What is there when the steps have been run. Nothing of it differs from what is wanted. */
  readonly after?: Files;
  readonly around?: {
    readonly platform?: string;
    readonly activeUnits?: readonly string[];
    readonly listening?: readonly string[];
  };
  /** Why it cannot be worked on. */
  readonly refused?: string;
  /** Why it is left as it is, which is no difference. */
  readonly left?: readonly string[];
  /** null: it is as it must be. */
  readonly diff: Diff | null;
  /** Whole scripts; left out where they are run for real. */
  readonly steps?: readonly string[];
  /** What the steps run of `ip`, `ipvsadm`, `systemctl` and `modprobe`, which do nothing here. */
  readonly runs?: readonly string[];
}

/** By path: a text with its mode, or a link. */
export type Files = Readonly<
  Record<string, { readonly text: string; readonly mode: string } | { readonly link: string }>
>;

const folder = fileURLToPath(new URL('../../fixtures/resources/', import.meta.url));

export interface NamedCase {
  readonly kind: Kind;
  /** A sentence. */
  readonly name: string;
  /** As it was written. */
  readonly text: string;
}

/** Every case there is. A new one is a file. */
export const CASES: readonly NamedCase[] = readdirSync(folder).flatMap((kind) =>
  readdirSync(join(folder, kind)).map((file) => ({
    kind: kindNamed(kind),
    name: `${kind}: ${file.replace(/\.json$/, '').replaceAll('-', ' ')}`,
    text: readFileSync(join(folder, kind, file), 'utf8'),
  })),
);

function kindNamed(name: string): Kind {
  const isKind = (text: string): text is Kind => text in KINDS;
  if (!isKind(name)) throw new Error(`there is no kind ${name}`);
  return name;
}

/** @param place the folder that `@` stands for */
export function readCase({ text }: NamedCase, place: string): Case {
  return JSON.parse(text.replaceAll('@/', () => `${JSON.stringify(place).slice(1, -1)}/`)) as Case;
}

export function wantOf(kind: Kind, { want }: Case): Want {
  const { mode, program, ...plain } = want;
  return {
    kind,
    ...plain,
    ...(typeof mode === 'string' && { mode: Number.parseInt(mode, 8) }),
    ...(kind !== 'program' && program !== undefined && { program }),
    ...(kind === 'program' &&
      typeof program === 'string' && {
        sha256: createHash('sha256').update(program).digest('hex'),
        size: program.length,
        packed: () => gzipSync(program).toString('base64'),
      }),
    ...('decidedBy' in want && { decidedBy: new Map(Object.entries(want['decidedBy'] as Record<string, string>)) }),
  } as Want;
}

export function aroundOf({ around = {} }: Case): Surroundings {
  const { platform, activeUnits, listening } = around;
  return surroundings({
    ...(platform !== undefined && { platform }),
    activeUnits: new Set(activeUnits),
    listening: new Set(listening),
  });
}

/** The probe of one thing that is looked at by its path. */
export function probeOf(want: Want): Command {
  if (want.kind === 'file') return KINDS.file.probe([{ path: want.path, readAtMost: 1000 }]);
  if (want.kind === 'program' || want.kind === 'obsolete' || want.kind === 'script' || want.kind === 'firewall')
    return KINDS[want.kind].probe([want.path]);
  if (want.kind === 'former-file') return KINDS['former-file'].probe([want.path]);
  if (want.kind === 'own-folder') return KINDS['own-folder'].probe(['own-folder']);
  return sh`:`;
}

export function makeFiles(files: Files): void {
  for (const [path, file] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    if ('link' in file) symlinkSync(file.link, path);
    else {
      writeFileSync(path, file.text);
      chmodSync(path, Number.parseInt(file.mode, 8));
    }
  }
}

/** Every file and link below a folder, including marks of pending orders. */
export function filesIn(place: string): Files {
  return Object.fromEntries(
    readdirSync(place, { recursive: true, encoding: 'utf8' }).flatMap(
      (name): readonly (readonly [string, Files[string]])[] => {
        const path = join(place, name);
        const stats = lstatSync(path);
        if (stats.isSymbolicLink()) return [[path, { link: readlinkSync(path) }]];
        if (!stats.isFile()) return [];
        const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
        return [[path, { text: readFileSync(path, 'utf8'), mode }]];
      },
    ),
  );
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Failure } from '../failure.ts';

/** The bundled agent for a machine. */
export interface AgentProgram {
  /** Hexadecimal digest of the program. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  /** The program, compressed by gzip, in base64. */
  readonly packed: () => string;
}

/** Why no bundled agent is available for a host. */
export interface NoAgent {
  /** Completes "the bundled agent is unavailable: ...". */
  readonly missing: string;
  /** How to build one; undefined when it cannot be built. */
  readonly fix: string | undefined;
}

/** The agent for a machine as `uname -m` names it, or why there is none. */
export type AgentPrograms = (machine: string) => AgentProgram | NoAgent;

/** The manifest that the build of the agent writes. */
interface Manifest {
  readonly programs: Readonly<
    Record<string, { readonly file: string; readonly sha256: string; readonly size: number } | { missing: string }>
  >;
}

/** This file is as deep in `dist` as it is in `src`. */
const BUILT = new URL('../../dist/agent/manifest.json', import.meta.url);

const BUILD = 'Build it with `npm run build`; add `-- --install` to install compilers.';

/** Architectures by machine name (uname -m). */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
  ['arm64', 'arm64'],
]);

/** The agents built with this copy of lvsctl. The manifest is read on first use. */
export function bundledAgents(manifest: URL = BUILT): AgentPrograms {
  let read: Manifest | undefined;
  return (machine) => {
    const architecture = ARCHITECTURES.get(machine);
    if (architecture === undefined)
      return { missing: `no build for ${machine}, only for x86_64 and aarch64`, fix: undefined };
    try {
      read ??= JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    } catch {
      return { missing: `not built: ${fileURLToPath(manifest)} is missing or invalid`, fix: BUILD };
    }
    const entry = read.programs[architecture];
    if (entry === undefined) return { missing: `not built for ${machine}`, fix: BUILD };
    if ('missing' in entry) return { missing: `not built for ${machine}: ${entry.missing}`, fix: BUILD };
    const { file, sha256, size } = entry;
    return { sha256, size, packed: () => pack(new URL(file, manifest)) };
  };
}

function pack(file: URL): string {
  try {
    return gzipSync(readFileSync(file), { level: 9 }).toString('base64');
  } catch (cause) {
    throw new Failure('unsupported', `cannot read the bundled agent ${file.pathname}`, {
      hint: 'Rebuild lvsctl: npm run build.',
      cause,
    });
  }
}

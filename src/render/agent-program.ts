import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Failure } from '../failure.ts';

/** The bundled agent, as it has to be on a host. */
export interface AgentProgram {
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  /** The program, compressed by gzip, in base64. */
  readonly packed: () => string;
}

/** Why there is no bundled agent for a host. */
export interface NoAgent {
  /** Completes "the bundled agent cannot be had: ...". */
  readonly missing: string;
  /** What would make one, in sentences; undefined when nothing does. */
  readonly fix: string | undefined;
}

/** The agent for a machine as `uname -m` names it, or why there is none. */
export type AgentPrograms = (machine: string) => AgentProgram | NoAgent;

/** What the build of the agent leaves beside its programs. */
interface Manifest {
  readonly programs: Readonly<
    Record<string, { readonly file: string; readonly sha256: string; readonly size: number } | { missing: string }>
  >;
}

/** This file is as deep in `dist` as it is in `src`. */
const BUILT = new URL('../../dist/agent/manifest.json', import.meta.url);

const BUILD = 'Build it where lvsctl is: `npm run build`, with `-- --install` when compilers are missing.';

/** Architectures by the machines that the kernel names. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
  ['arm64', 'arm64'],
]);

/** The agents that this copy of lvsctl was built with; they are looked for when the first is asked for. */
export function bundledAgents(manifest: URL = BUILT): AgentPrograms {
  let read: Manifest | undefined;
  return (machine) => {
    const architecture = ARCHITECTURES.get(machine);
    if (architecture === undefined)
      return { missing: `it is built for x86_64 and aarch64, not for ${machine}`, fix: undefined };
    try {
      read ??= JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    } catch {
      return { missing: `it is not built here: ${fileURLToPath(manifest)} is missing or torn`, fix: BUILD };
    }
    const entry = read.programs[architecture];
    if (entry === undefined) return { missing: `it is not built here for ${machine}`, fix: BUILD };
    if ('missing' in entry) return { missing: `it is not built here for ${machine}: ${entry.missing}`, fix: BUILD };
    const { file, sha256, size } = entry;
    return { sha256, size, packed: () => pack(new URL(file, manifest)) };
  };
}

function pack(file: URL): string {
  try {
    return gzipSync(readFileSync(file), { level: 9 }).toString('base64');
  } catch (cause) {
    throw new Failure('unsupported', `the bundled agent ${file.pathname} cannot be read`, {
      hint: 'Build lvsctl again: npm run build.',
      cause,
    });
  }
}

import { readFileSync, statfsSync } from 'node:fs';
import { writeFile, rename } from 'node:fs/promises';
import type { LabPaths } from './paths.ts';
import { isAlive, readRecords, type ProcessIdentity } from './processes.ts';

/** On which kernel the hosts run. */
export type LabKernel = 'host' | 'uml' | 'qemu';

export interface LabState {
  readonly format: 1;
  readonly name: string;
  /** `starting` until every host has answered once. */
  readonly phase: 'starting' | 'up';
  readonly kernel: LabKernel;
  /** The one line that said why it is this kernel. */
  readonly because: string;
  readonly withoutPackages: readonly string[];
  /** Identity of the boot of this machine: after another boot nothing that is recorded exists any more. */
  readonly boot: string;
  /** The lvsctl that brings the lab up. */
  readonly owner: ProcessIdentity;
}

/** Whether a lab can be used, by what really is there and not only by what was written down. */
export type LabCondition =
  | { readonly is: 'down' }
  | { readonly is: 'starting' | 'up'; readonly state: LabState }
  | { readonly is: 'died'; readonly why: string };

/** Magic number of nsfs, the file system of namespace files that are mounted (linux/magic.h). */
const NSFS_MAGIC = 0x6e736673;

export function bootIdentity(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export async function writeState(paths: LabPaths, state: LabState): Promise<void> {
  await writeFile(`${paths.state}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${paths.state}.new`, paths.state);
}

/** Synchronous and quick: it stands before every connection to a host of the lab. */
export function labCondition(paths: LabPaths): LabCondition {
  const state = readState(paths);
  if (state === undefined) return { is: 'down' };
  if (state.boot !== bootIdentity()) return { is: 'died', why: 'this machine was started anew since' };
  if (state.phase === 'starting' && isAlive(state.owner)) return { is: 'starting', state };
  if (state.phase === 'starting') return { is: 'died', why: 'the lvsctl that brought it up ended too early' };
  if (!isNamespace(paths.controlNamespace)) return { is: 'died', why: 'its control namespace is gone' };
  if (![...readRecords(paths.processes).values()].some(isAlive)) return { is: 'died', why: 'its processes are gone' };
  return { is: 'up', state };
}

function readState(paths: LabPaths): LabState | undefined {
  try {
    const state = JSON.parse(readFileSync(paths.state, 'utf8')) as LabState;
    return state.format === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

function isNamespace(file: string): boolean {
  try {
    return statfsSync(file).type === NSFS_MAGIC;
  } catch {
    return false;
  }
}

import { readFileSync, statfsSync } from 'node:fs';
import { replaceFile } from '../disk/replace-file.ts';
import type { ChosenDistributions } from './distributions/choice.ts';
import type { LabPaths } from './paths.ts';
import type { Topology } from './topology.ts';
import { isAlive, readRecords, type ProcessIdentity } from '../toolbox/processes.ts';

/** On which kernel the hosts run. */
export type LabKernel = 'host' | 'uml' | 'qemu';

interface Common {
  readonly format: 3;
  readonly name: string;
  /** Identity of the boot of this machine: after another boot nothing that is recorded exists any more. */
  readonly boot: string;
  /** The lvsctl that brought the lab up. */
  readonly owner: ProcessIdentity;
  /** Hosts that were left without a package source. */
  readonly withoutPackages: readonly string[];
  /** Distributions of the hosts that have another one than the base, or have it by choice. */
  readonly distributions: ChosenDistributions;
  readonly topology: Topology;
}

/** A lab being built or started; `up` is written when every host has answered once. */
export interface StartingLab extends Common {
  readonly phase: 'starting';
}

export interface StartedLab extends Common {
  readonly phase: 'up';
  readonly kernel: LabKernel;
  /** The one line that said why it is this kernel. */
  readonly because: string;
  /** Distribution of the other hosts. */
  readonly base: string;
}

/** Whether a lab can be used, by what really is there and not only by what was written down. */
export type LabCondition =
  | { readonly is: 'down' }
  | { readonly is: 'starting'; readonly state: StartingLab }
  | { readonly is: 'up'; readonly state: StartedLab }
  | { readonly is: 'died'; readonly why: string };

/** Magic number of nsfs, the file system of namespace files that are mounted (linux/magic.h). */
const NSFS_MAGIC = 0x6e736673;

export function bootIdentity(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export async function writeState(paths: LabPaths, state: StartingLab | StartedLab): Promise<void> {
  await replaceFile(paths.state, `${JSON.stringify(state, undefined, 2)}\n`, 0o644);
}

/** Synchronous and quick: it stands before every connection to a host of the lab. */
export function labCondition(paths: LabPaths): LabCondition {
  const state = readState(paths);
  if (state === undefined) {
    return isThere(paths.folder) ? { is: 'died', why: 'it was not completely started' } : { is: 'down' };
  }
  if (state.boot !== bootIdentity()) return { is: 'died', why: 'this machine has been rebooted' };
  if (state.phase === 'starting') {
    return isAlive(state.owner) ? { is: 'starting', state } : { is: 'died', why: 'it was not completely started' };
  }
  if (!isNamespace(paths.controlNamespace)) return { is: 'died', why: 'its control namespace is gone' };
  if (![...readRecords(paths.processes).values()].some(isAlive)) return { is: 'died', why: 'its processes are gone' };
  return { is: 'up', state };
}

function readState(paths: LabPaths): StartingLab | StartedLab | undefined {
  try {
    const state = JSON.parse(readFileSync(paths.state, 'utf8')) as StartingLab | StartedLab;
    return state.format === 3 ? state : undefined;
  } catch {
    return undefined;
  }
}

function isThere(file: string): boolean {
  try {
    statfsSync(file);
    return true;
  } catch {
    return false;
  }
}

function isNamespace(file: string): boolean {
  try {
    return statfsSync(file).type === NSFS_MAGIC;
  } catch {
    return false;
  }
}

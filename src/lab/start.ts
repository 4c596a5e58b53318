import { mkdir, writeFile } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { emptyLab } from './cleanup.ts';
import { guestDeath } from './guest.ts';
import type { Workshop } from './ingredients.ts';
import { inventoryText, sshConfigText } from './inventory-file.ts';
import { LAB_HOSTS } from './network.ts';
import { LABS_FOLDER, type LabPaths } from './paths.ts';
import { thisProcess } from './processes.ts';
import { waitForHost } from './ready.ts';
import { makeSeed } from './seed.ts';
import { bootIdentity, writeState, type StartedLab, type StartingLab } from './state.ts';
import type { PreparedWay } from './way.ts';

/**
 * Takes the name of the lab: whoever makes its folder has it.
 * @throws Failure `lab` when another lvsctl was quicker
 */
export async function claimLab(paths: LabPaths, withoutPackages: readonly string[]): Promise<StartingLab> {
  await mkdir(LABS_FOLDER, { recursive: true, mode: 0o755 });
  try {
    await mkdir(paths.folder, { mode: 0o755 });
  } catch (cause) {
    throw new Failure('lab', `another lvsctl brings the lab '${paths.name}' up at this moment`, {
      hint: 'Wait for it, or use another --name.',
      cause,
    });
  }
  const state: StartingLab = {
    format: 1,
    name: paths.name,
    phase: 'starting',
    boot: bootIdentity(),
    owner: thisProcess(),
    withoutPackages,
  };
  await writeState(paths, state);
  return state;
}

/**
 * Starts a claimed lab in a prepared way, until every host answers on ssh.
 * @throws Failure `lab` when a host does not; the lab then is as it was before, claimed and empty
 */
export async function startLab(
  paths: LabPaths,
  way: PreparedWay,
  started: StartedLab,
  { report, signal }: Workshop,
): Promise<void> {
  try {
    await makeSeed(paths, { ...way.settings(paths), withoutPackages: started.withoutPackages }, signal);
    await way.start(paths, signal);
    await everyHostAnswers(paths, way.patience, report, signal);
    await writeFile(paths.inventory, inventoryText(paths));
    await writeFile(paths.sshConfig, sshConfigText(paths));
    await writeState(paths, started);
  } catch (error) {
    await emptyLab(paths);
    throw error;
  }
}

/**
 * Waits for all hosts at once; the first one that is given up stops the waiting for the others.
 * @param patience how long each host may take, in milliseconds
 */
export async function everyHostAnswers(
  paths: LabPaths,
  patience: number,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const waiting = LAB_HOSTS.map(async (host) => {
    await waitForHost(paths, host, { total: patience, hopeless: () => guestDeath(paths) }, either);
    report(`${host.name} answers`);
  });
  try {
    await Promise.all(waiting);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(waiting);
    throw error;
  }
}

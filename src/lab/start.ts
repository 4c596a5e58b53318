import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.ts';
import { emptyLab } from './cleanup.ts';
import { deathOf } from './guest.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { inventoryText, sshConfigText } from './inventory-file.ts';
import { LAB_HOSTS } from './network.ts';
import type { LabPaths } from './paths.ts';
import { thisProcess } from '../toolbox/processes.ts';
import { waitForHost } from './ready.ts';
import { makeSeed } from './seed.ts';
import { bootIdentity, writeState, type StartedLab, type StartingLab } from './state.ts';
import type { PreparedWay } from './way.ts';

/**
 * Takes the name of the lab: a folder that says who makes it is there at once, or not at all.
 * @throws Failure `lab` when another lvsctl was quicker
 */
export async function claimLab(paths: LabPaths, withoutPackages: readonly string[]): Promise<StartingLab> {
  const owner = thisProcess();
  const state: StartingLab = {
    format: 1,
    name: paths.name,
    phase: 'starting',
    boot: bootIdentity(),
    owner,
    withoutPackages,
  };
  const claim = `${paths.folder}.${String(owner.pid)}`;
  await mkdir(claim, { recursive: true, mode: 0o755 });
  try {
    await writeFile(path.join(claim, path.basename(paths.state)), JSON.stringify(state));
    await rename(claim, paths.folder);
  } catch (cause) {
    await rm(claim, { recursive: true, force: true });
    throw new Failure('lab', `another lvsctl brings the lab '${paths.name}' up at this moment`, {
      hint: 'Wait for it, or use another --name.',
      cause,
    });
  }
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
  { report, signal }: BuildContext,
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
    await waitForHost(paths, host, { total: patience, hopeless: () => deathOf(paths, host.name) }, either);
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

import { mkdir, writeFile } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { removeLab } from './cleanup.ts';
import { guestDeath } from './guest.ts';
import { inventoryText, sshConfigText } from './inventory-file.ts';
import { LAB_HOSTS } from './network.ts';
import { LABS_FOLDER, type LabPaths } from './paths.ts';
import { thisProcess } from './processes.ts';
import { waitForHost } from './ready.ts';
import { makeSeed } from './seed.ts';
import { bootIdentity, writeState, type StartingLab } from './state.ts';
import type { PreparedWay } from './way.ts';

/**
 * Takes the name of the lab: whoever makes its folder has it.
 * @throws Failure `lab` when another lvsctl was quicker
 */
export async function claim(paths: LabPaths, withoutPackages: readonly string[]): Promise<StartingLab> {
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
export async function start(
  paths: LabPaths,
  way: PreparedWay,
  state: StartingLab,
  because: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const work = way.kernel === 'host' ? paths.folder : way.settings.work;
    await makeSeed(paths, { ...way.settings, work, withoutPackages: state.withoutPackages }, signal);
    await way.start(paths, signal);
    await everyHostAnswers(paths, way.patience, report, signal);
    await writeFile(paths.inventory, inventoryText(paths));
    await writeFile(paths.sshConfig, sshConfigText(paths));
    await writeState(paths, { ...state, phase: 'up', kernel: way.kernel, because });
  } catch (error) {
    await removeLab(paths);
    if (!signal.aborted) await claim(paths, state.withoutPackages);
    throw error;
  }
}

/** The first host that gives up stops the waiting for the others. */
export async function everyHostAnswers(
  paths: LabPaths,
  total: number,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const patience = { total, hopeless: () => guestDeath(paths) };
  const waiting = LAB_HOSTS.map(async (host) => {
    await waitForHost(paths, host, patience, either);
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

import { setMaxListeners } from 'node:events';
import { Failure } from '../failure.ts';
import { removeUnfinished } from '../toolbox/cache.ts';
import { ARTICLE } from './article.ts';
import { removeLab } from './cleanup.ts';
import { chooseDistributions } from './distributions/choice.ts';
import { hostKernelRefusal } from './host-way.ts';
import { candidates } from './kernel.ts';
import { type LabOptions, refuseBusy, refuseImpossible, refuseOtherSettings } from './options.ts';
import { type LabPaths, labCacheFolder, labPaths } from './paths.ts';
import { claimLab, everyHostAnswers } from './start.ts';
import { type StartingLab, labCondition } from './state.ts';
import { type LabStatus, labStatus } from './status.ts';
import { startFirstThatWorks } from './ways.ts';

export { labExec } from './exec.ts';
export type { LabOptions } from './options.ts';
export { labStatus, type LabStatus } from './status.ts';

type Report = (line: string) => void;

/** How long a host of a lab that is up may be silent, because it may just be rebooting; in milliseconds. */
const REBOOT_PATIENCE = 10_000;

/**
 * Brings a lab up; one that is up stays as it is, and what a dead one left is removed first. Returns when every host
 * answers on ssh. On failure and on abort nothing is left but the cache.
 * @throws Failure `lab`, or `interrupted`
 */
export async function labUp(options: LabOptions, report: Report, stop: AbortSignal): Promise<LabStatus> {
  // Work on many hosts at once listens to it.
  const signal = AbortSignal.any([stop]);
  setMaxListeners(0, signal);
  const paths = labPaths(options.name);
  const former = labCondition(paths);
  const topology = options.topology ?? (former.is === 'up' ? former.state.topology : ARTICLE);
  const distributions =
    options.distro === undefined && former.is === 'up'
      ? former.state.distributions
      : chooseDistributions(options.distro ?? [], topology);
  refuseImpossible(options, topology);
  try {
    if (!(await isUpAlready(paths, options, report, signal))) {
      await bringUp(paths, { ...options, topology, distributions }, report, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure('interrupted', `interrupted: the lab '${paths.name}' was not started`, { cause: error });
  }
  return labStatus(options.name);
}

/**
 * Takes a lab down, alive or dead, and leaves nothing of it; the cache stays.
 * @throws Failure `lab` while another lvsctl brings it up
 */
export async function labDown(name: string, report: Report): Promise<void> {
  const paths = labPaths(name);
  const condition = labCondition(paths);
  if (condition.is === 'starting') refuseBusy(condition.state);
  if (condition.is === 'down') {
    report(`the lab '${name}' is already down`);
    return;
  }
  await removeLab(paths);
  report(`the lab '${name}' is down`);
}

async function isUpAlready(
  paths: LabPaths,
  options: LabOptions,
  report: Report,
  signal: AbortSignal,
): Promise<boolean> {
  const condition = labCondition(paths);
  if (condition.is === 'starting') refuseBusy(condition.state);
  if (condition.is === 'died') report(`cleaning up: the lab '${paths.name}' died, ${condition.why}`);
  if (condition.is !== 'up') return false;
  refuseOtherSettings(condition.state, options);
  try {
    const waiting = { patience: REBOOT_PATIENCE, report: () => undefined, signal };
    await everyHostAnswers(paths, condition.state.topology, waiting);
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    report(`restarting the lab '${paths.name}': ${error.message}`);
    return false;
  }
  report(`the lab '${paths.name}' is already up`);
  return true;
}

async function bringUp(
  paths: LabPaths,
  options: LabOptions & Pick<StartingLab, 'topology' | 'distributions'>,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const hostRefusal = options.evenWithoutIpvs === true ? undefined : await hostKernelRefusal(signal);
  const ways = candidates(options.kernel, { architecture: process.arch, hostRefusal });
  await removeLab(paths);
  const { topology, distributions, withoutPackages = [] } = options;
  const claimed = await claimLab(paths, { topology, distributions, withoutPackages });
  try {
    const cache = labCacheFolder(process.env);
    await removeUnfinished(cache);
    await startFirstThatWorks(paths, ways, claimed, { cache, install: options.install, report, signal });
  } catch (error) {
    await removeLab(paths);
    throw error;
  }
}

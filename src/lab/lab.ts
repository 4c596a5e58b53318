import { Failure } from '../failure.ts';
import { removeUnfinished } from './cache.ts';
import { candidates, type Candidate } from './kernel-choice.ts';
import { removeLab } from './cleanup.ts';
import { hostKernelRefusal, prepareHost } from './host-way.ts';
import type { Workshop } from './ingredients.ts';
import { meetNeeds } from './needs.ts';
import { LAB_HOSTS } from './network.ts';
import { labCacheFolder, labPaths, type LabPaths } from './paths.ts';
import { prepareQemu } from './qemu-way.ts';
import { labStatus, type LabStatus } from './status.ts';
import { labCondition, type LabKernel, type StartedLab, type StartingLab } from './state.ts';
import { prepareUml } from './uml-way.ts';
import { claim, everyHostAnswers, start } from './up.ts';
import { forgetRefusal, knownRefusal, rememberRefusal } from './verdict.ts';
import type { PreparedWay } from './way.ts';

export { labExec } from './exec.ts';
export { labStatus } from './status.ts';

export interface LabOptions {
  readonly name: string;
  readonly kernel: LabKernel | 'auto';
  /** Whether apt may install what is missing on this machine. */
  readonly install: boolean;
  /** Hosts that get no package source at all, as on a network where nothing can be installed. */
  readonly withoutPackages?: readonly string[];
  /** Lets `--kernel host` start on a kernel without ip_vs: enough to test all of the lab but IPVS. */
  readonly evenWithoutIpvs?: boolean;
}

/**
 * Brings a lab up; one that is up stays as it is, and what a dead one left is removed first. Returns when every host
 * answers on ssh. On failure and on abort nothing is left but the cache.
 * @throws Failure `lab`, or `interrupted`
 */
export async function labUp(
  options: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<LabStatus> {
  const paths = labPaths(options.name);
  try {
    if (!(await isUpAlready(paths, options, report, signal))) await bringUp(paths, options, report, signal);
  } catch (error) {
    if (signal.aborted)
      throw new Failure('interrupted', `the lab '${paths.name}' was not brought up`, { cause: error });
    throw error;
  }
  return labStatus(options.name);
}

/** Takes a lab down, alive or dead, and leaves nothing of it; the cache stays. */
export async function labDown(name: string, report: (line: string) => void): Promise<void> {
  const paths = labPaths(name);
  const condition = labCondition(paths);
  if (condition.is === 'down') return report(`the lab '${name}' is down`);
  if (condition.is === 'starting') refuseBusy(condition.state);
  await removeLab(paths);
  report(`the lab '${name}' is down now`);
}

async function isUpAlready(
  paths: LabPaths,
  options: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const condition = labCondition(paths);
  if (condition.is === 'starting') refuseBusy(condition.state);
  if (condition.is === 'died') report(`cleaning up: the lab '${paths.name}' died, ${condition.why}`);
  if (condition.is !== 'up') return false;
  refuseOtherSettings(condition.state, options);
  try {
    // A host may just be rebooting.
    await everyHostAnswers(paths, 10_000, () => undefined, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    report(`starting the lab '${paths.name}' anew: ${error.message}`);
    return false;
  }
  report(`the lab '${paths.name}' is up already`);
  return true;
}

async function bringUp(
  paths: LabPaths,
  options: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  refuseMachine(options);
  const hostRefusal = options.evenWithoutIpvs === true ? undefined : await hostKernelRefusal(signal);
  const ways = candidates(options.kernel, { architecture: process.arch, hostRefusal });
  await removeLab(paths);
  const state = await claim(paths, options.withoutPackages ?? []);
  try {
    const cache = labCacheFolder(process.env);
    await removeUnfinished(cache);
    await firstThatStarts(paths, ways, state, { cache, install: options.install, report, signal });
  } catch (error) {
    await removeLab(paths);
    throw error;
  }
}

/** Tries the ways one after the other; the last one's failure is everybody's. */
async function firstThatStarts(
  paths: LabPaths,
  ways: readonly Candidate[],
  state: StartingLab,
  workshop: Workshop,
): Promise<void> {
  const { report, signal } = workshop;
  let failed = '';
  for (const [index, candidate] of ways.entries()) {
    const isLast = index === ways.length - 1;
    const known = isLast ? undefined : knownRefusal(workshop.cache, candidate);
    if (known !== undefined) {
      report(`kernel ${candidate.kernel} is left out: ${known}`);
      continue;
    }
    const because = failed === '' ? candidate.because : `${candidate.because}, and ${failed}`;
    try {
      report(`kernel ${candidate.kernel}: ${because}`);
      await meetNeeds(candidate.kernel, workshop);
      const way = await prepare(candidate, workshop);
      report(`starting ${LAB_HOSTS.length.toString()} hosts on ${way.title}`);
      await start(paths, way, state, because, report, signal);
      await forgetRefusal(workshop.cache, candidate);
      return;
    } catch (error) {
      if (isLast || signal.aborted || !(error instanceof Failure)) throw error;
      await rememberRefusal(workshop.cache, candidate, error);
      failed = `${candidate.kernel} did not start (${error.message})`;
      report(failed);
    }
  }
}

function prepare(candidate: Candidate, workshop: Workshop): Promise<PreparedWay> {
  switch (candidate.kernel) {
    case 'host':
      return prepareHost(workshop);
    case 'uml':
      return prepareUml(workshop, candidate.suite);
    case 'qemu':
      return prepareQemu(workshop);
  }
}

function refuseMachine(options: LabOptions): void {
  const unknown = options.withoutPackages?.find((name) => !LAB_HOSTS.some((host) => host.name === name));
  if (unknown !== undefined) {
    throw new Failure('lab', `the lab has no host '${unknown}'`, {
      hint: `Its hosts are ${LAB_HOSTS.map((host) => host.name).join(', ')}.`,
    });
  }
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) {
    throw new Failure('lab', 'the lab needs Linux and root: it makes network namespaces and mounts', {
      hint: 'Run the same command with sudo.',
    });
  }
}

function refuseBusy(state: StartingLab): never {
  throw new Failure('lab', `process ${String(state.owner.pid)} brings the lab '${state.name}' up at this moment`, {
    hint: 'Wait for it or interrupt it, or use another --name.',
  });
}

function refuseOtherSettings(state: StartedLab, options: LabOptions): void {
  const hosts = (names: readonly string[]): string => [...names].sort().join(',');
  const sameKernel = options.kernel === 'auto' || options.kernel === state.kernel;
  const samePackages =
    options.withoutPackages === undefined || hosts(options.withoutPackages) === hosts(state.withoutPackages);
  if (sameKernel && samePackages) return;
  throw new Failure('lab', `the lab '${state.name}' is up already, with other settings (kernel ${state.kernel})`, {
    hint: 'Take it down first, or use another --name.',
  });
}

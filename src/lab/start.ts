import path from 'node:path';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../failure.ts';
import { ARTICLE } from './article.ts';
import type { LabPaths } from './paths.ts';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { emptyLab } from './cleanup.ts';
import { deathOf } from './guest.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { inventoryText, overlayText, sshConfigText } from './connection.ts';
import { thisProcess } from '../toolbox/processes.ts';
import { makeSeed } from './seed.ts';
import { type StartedLab, type StartingLab, bootIdentity, writeState } from './state.ts';
import type { LabHost, Topology } from './topology.ts';
import type { PreparedWay } from './way.ts';

/** Whether the host's sshd greets within the time (milliseconds). Asked from the control namespace, like everything. */
export function answers(paths: LabPaths, host: LabHost, patience: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('nsenter', [`--net=${paths.controlNamespace}`, 'busybox', 'nc', host.address, '22'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
      signal,
    });
    let greeting = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      greeting += text;
      if (greeting.includes('\n')) child.kill('SIGKILL');
    });
    child.on('error', () => undefined);
    child.on('close', () => {
      resolve(greeting.startsWith('SSH-'));
    });
  });
}

interface Waiting {
  /** How long each host may take, in milliseconds. */
  readonly patience: number;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Patience {
  /** Milliseconds in all. */
  readonly total: number;
  /** Says why waiting has become pointless, or undefined. */
  readonly hopeless: () => Promise<string | undefined>;
}

/**
 * Waits until the host's sshd answers.
 * @throws Failure `lab` when it does not in time, or cannot any more
 */
export async function waitForHost(
  paths: LabPaths,
  host: LabHost,
  { total, hopeless }: Patience,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + total;
  for (;;) {
    signal.throwIfAborted();
    if (await answers(paths, host, 2500, signal)) return;
    signal.throwIfAborted();
    const why = await hopeless();
    if (why !== undefined) throw new Failure('lab', why, { retryable: false });
    if (performance.now() > deadline) {
      throw new Failure('lab', `${host.name} did not answer over ssh within ${String(Math.round(total / 1000))} s`);
    }
    await sleep(150, undefined, { signal });
  }
}

/**
 * Takes the name of the lab: a folder that says who makes it is there at once, or not at all.
 * @throws Failure `lab` when another lvsctl was quicker
 */
export async function claimLab(
  paths: LabPaths,
  { topology, withoutPackages, distributions }: Pick<StartingLab, 'topology' | 'withoutPackages' | 'distributions'>,
): Promise<StartingLab> {
  const owner = thisProcess();
  const state: StartingLab = {
    format: 3,
    name: paths.name,
    phase: 'starting',
    boot: bootIdentity(),
    owner,
    withoutPackages,
    distributions,
    topology,
  };
  const claim = `${paths.folder}.${String(owner.pid)}`;
  await mkdir(claim, { recursive: true, mode: 0o755 });
  try {
    await writeFile(path.join(claim, path.basename(paths.state)), JSON.stringify(state));
    await rename(claim, paths.folder);
  } catch (cause) {
    await rm(claim, { recursive: true, force: true });
    throw new Failure('lab', `another lvsctl is starting the lab '${paths.name}'`, {
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
    const { topology, withoutPackages, distributions } = started;
    await makeSeed(paths, topology, { ...way.settings(paths), withoutPackages, distributions }, signal);
    await way.start(paths, topology, signal);
    await everyHostAnswers(paths, topology, { patience: way.patience, report, signal });
    if (isDeepStrictEqual(topology, ARTICLE)) await writeFile(paths.inventory, inventoryText(paths, topology));
    await writeFile(paths.overlay, overlayText(paths, topology));
    await writeFile(paths.sshConfig, sshConfigText(paths, topology));
    await writeState(paths, started);
  } catch (error) {
    await emptyLab(paths);
    throw error;
  }
}

/** Waits for all hosts at once; the first one that is given up stops the waiting for the others. */
export async function everyHostAnswers(
  paths: LabPaths,
  { hosts }: Topology,
  { patience, report, signal }: Waiting,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const waiting = hosts.map(async (host) => {
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

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { LabPaths } from './paths.ts';
import { LABS_FOLDER } from './paths.ts';
import { readRecords, signalSession } from '../toolbox/processes.ts';
import { run } from '../toolbox/run.ts';

/** Where hierarchies of control groups may be mounted; the hosts' groups are made by the `host` script. */
const CGROUP_TREES = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];

/**
 * Removes all of a lab, whatever state it is in, and nothing else: processes by their recorded identity, mounts by
 * being below the lab's folder, control groups by their name. Namespaces and taps go with their mounts.
 */
export async function removeLab(paths: LabPaths): Promise<void> {
  await emptyLab(paths);
  await rm(paths.folder, { recursive: true, force: true });
  // The folder of all labs goes with the last of them, and so does the one that systemd-nspawn wants; neither goes
  // when anything is in it.
  await rmdir(LABS_FOLDER)
    .then(() => rmdir('/run/systemd/nspawn'))
    .catch(() => undefined);
}

/** The same, but its name stays taken: the folder and the state in it remain. */
export async function emptyLab(paths: LabPaths): Promise<void> {
  if (!existsSync(paths.folder)) return;
  await endProcesses(paths);
  // Cleaning up is never cut short: half of it would be worse than none.
  const { signal } = new AbortController();
  for (const target of mountsBelow(paths.folder)) {
    await run('umount', ['--lazy', target], { signal });
  }
  await removeControlGroups(paths.name);
  for (const name of readdirSync(paths.folder)) {
    const file = path.join(paths.folder, name);
    if (file !== paths.state) await rm(file, { recursive: true, force: true });
  }
}

async function endProcesses(paths: LabPaths): Promise<void> {
  const leaders = [...readRecords(paths.processes).values()];
  for (let round = 0; round < 100; round += 1) {
    const left = leaders.map((leader) => signalSession(leader, 'SIGKILL')).reduce((sum, count) => sum + count, 0);
    const inGroups = killControlGroups(paths.name);
    if (left + inGroups === 0) return;
    await sleep(50);
  }
  throw new Failure('lab', `processes of the lab '${paths.name}' survive SIGKILL`);
}

/** Mount points in a folder, the innermost first. */
export function mountsBelow(folder: string, mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((target) => target.startsWith(`${folder}/`))
    .toReversed();
}

/** The kernel writes blanks in paths as octal escapes. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function controlGroups(name: string): readonly string[] {
  return CGROUP_TREES.filter((tree) => existsSync(path.join(tree, 'cgroup.procs'))).flatMap((tree) =>
    readdirSync(tree)
      .filter((group) => group.startsWith(`lvsctl-lab-${name}.`))
      .flatMap((group) => [...foldersBelow(path.join(tree, group)), path.join(tree, group)]),
  );
}

/** All folders in a folder, the innermost first. */
function foldersBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => [...foldersBelow(path.join(folder, entry.name)), path.join(folder, entry.name)]);
}

function killControlGroups(name: string): number {
  let count = 0;
  for (const group of controlGroups(name)) {
    for (const pid of readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
      count += 1;
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It exited between the check and the signal.
      }
    }
  }
  return count;
}

async function removeControlGroups(name: string): Promise<void> {
  for (const group of controlGroups(name)) await rmdir(group);
}

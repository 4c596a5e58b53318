import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths } from '../../src/lab/paths.ts';
import { labOfLane } from './lanes.ts';

/** The lab of the test file that runs here. */
export const LAB = labOfLane(Number(process.env['VITEST_POOL_ID'] ?? 1));

export const ROOT = path.join(import.meta.dirname, '..', '..');

export const ARTICLE_FILE = path.join(ROOT, 'inventories/article.yml');

/** The article's cluster, in the lab of the tests. */
export const ARTICLE = inLab(LAB);

/**
 * The article's cluster in a lab. Ten hosts share two busy processors while the tests run, so a login may take long:
 * how long is no subject of theirs.
 */
export function inLab(lab: string): readonly string[] {
  const file = path.join(tmpdir(), `lvsctl-test-${lab}.yml`);
  writeFileSync(file, `ssh:\n  lab: ${lab}\n  connect_timeout: 60\n`);
  return ['-i', ARTICLE_FILE, '-i', file];
}

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of their arrival. */
  readonly output: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves once the output has matched; rejects when the program ends before that. */
  seen(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** What a person types; only for a start with `typed`. */
  type(text: string): void;
  readonly ended: Promise<Ended>;
}

export interface LvsctlOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Standard input stays open, for what is typed later. */
  readonly typed?: boolean;
  readonly cwd?: string;
}

/** Starts the program as a user does, without a terminal. */
export function startLvsctl(args: readonly string[], options: LvsctlOptions = {}): Running {
  return start(process.execPath, [path.join(ROOT, 'bin/lvsctl.js'), ...args], options);
}

const started = new Set<ChildProcess>();

/** Ends what a test has started and not waited for, because it failed before that. */
export function endStarted(): void {
  for (const child of started) child.kill('SIGKILL');
}

export function start(
  program: string,
  args: readonly string[],
  { env, input, typed, cwd }: LvsctlOptions = {},
): Running {
  const child = spawn(program, args, { cwd: cwd ?? ROOT, env: { ...process.env, ...env }, stdio: 'pipe' });
  started.add(child);
  let stdout = '';
  let stderr = '';
  let output = '';
  const watchers = new Set<() => void>();
  const take = (text: string): void => {
    output += text;
    for (const watch of watchers) watch();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    take(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    take(text);
  });
  child.stdin.on('error', () => undefined);
  if (typed !== true) child.stdin.end(input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      started.delete(child);
      resolve({ exitCode: code ?? -1, stdout, stderr, output });
    });
  });
  return {
    pid: child.pid ?? -1,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (!pattern.test(output)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        void ended.then(() => {
          if (watchers.has(watch)) reject(new Error(`ended without ${String(pattern)}:\n${output}`));
        });
      }),
    signal: (name) => void child.kill(name),
    type: (text) => void child.stdin.write(text),
    ended,
  };
}

/** Runs the program to its end. */
export async function lvsctl(args: readonly string[], options: LvsctlOptions = {}): Promise<Ended> {
  return startLvsctl(args, options).ended;
}

const keptAt = (lab: string): string => path.join(labPaths(lab).folder, 'ssh-%n');

/** One connection to a host is kept for half a minute, so that most commands cost no login. */
const kept = (lab: string): readonly string[] => [
  'ControlMaster=auto',
  `ControlPath=${keptAt(lab)}`,
  'ControlPersist=30',
];

const ssh = (host: string, script: string, options: readonly string[], lab = LAB, input = ''): Promise<Ended> =>
  start('ssh', ['-F', labPaths(lab).sshConfig, ...options.flatMap((option) => ['-o', option]), host, script], { input })
    .ended;

/** Runs a shell command on a host of the lab, and gives what it printed. @throws Error when it fails. */
export async function onHost(host: string, script: string, lab = LAB, input = ''): Promise<string> {
  const { exitCode, output, stdout } = await ssh(host, script, kept(lab), lab, input);
  if (exitCode !== 0) throw new Error(`${host}: ${script}: exit code ${exitCode}\n${output}`);
  return stdout.trim();
}

/** Brings a lab up, unless it is. @throws Error when a host does not answer */
export async function labUp(lab: string, ...options: readonly string[]): Promise<void> {
  const { exitCode, output } = await lvsctl(['lab', 'up', '--name', lab, '--install', ...options]);
  if (exitCode !== 0) throw new Error(`the lab ${lab} did not come up:\n${output}`);
}

/** Brings the article's cluster to where its inventory wants it; quick when it is there. */
export async function deployed(): Promise<void> {
  const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '--yes', '--allow-removals']);
  if (exitCode !== 0) throw new Error(`the cluster could not be deployed:\n${output}`);
}

/** Reboots a host and waits until it is back. */
export async function restarted(host: string, lab = LAB): Promise<void> {
  const isBack = await rebooting(host, lab);
  for (let tries = 0; tries < 120; tries++) {
    if (await isBack()) return;
    await sleep(500);
  }
  throw new Error(`${host} did not come back`);
}

/** Reboots a host and waits until it is down; what it gives says whether it is back. */
export async function rebooting(host: string, lab = LAB): Promise<() => Promise<boolean>> {
  // When PID 1 started, whatever it is.
  const boot = "cut -d ' ' -f 22 /proc/1/stat";
  const before = await onHost(host, boot, lab);
  const asked = () => ssh(host, boot, ['ConnectTimeout=5', 'ServerAliveInterval=5'], lab);
  await ssh(host, 'reboot', [], lab);
  // No connection survives it, so none is kept until the host is back.
  await start('ssh', ['-O', 'exit', '-S', keptAt(lab), '-F', labPaths(lab).sshConfig, host]).ended;
  let now = await asked();
  while (now.exitCode === 0 && now.stdout.trim() === before) now = await asked();
  return async () => {
    const { exitCode, stdout } = await asked();
    return exitCode === 0 && stdout.trim() !== before;
  };
}

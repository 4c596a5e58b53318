import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A lab that is up already and stays up, for whoever works on these tests. */
export const LENT_LAB = process.env['LVSCTL_TEST_LAB'];

/** The lab of the tests; it stands beside whatever lab the user has up. */
export const LAB = LENT_LAB ?? 'e2e';

export const ROOT = path.join(import.meta.dirname, '..', '..');

export const ARTICLE_FILE = path.join(ROOT, 'inventories/article.yml');

/** The article's cluster, in the lab of the tests. */
export const ARTICLE = ['-i', ARTICLE_FILE, '-i', overlayFile()];

/** Laid over an inventory, it makes its hosts those of the tests' lab. */
function overlayFile(): string {
  if (LENT_LAB === undefined) return path.join(ROOT, 'test/fixtures/lab/e2e.yml');
  const file = path.join(tmpdir(), `lvsctl-test-${LENT_LAB}.yml`);
  writeFileSync(file, `ssh:\n  lab: ${LENT_LAB}\n`);
  return file;
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

export function start(
  program: string,
  args: readonly string[],
  { env, input, typed, cwd }: LvsctlOptions = {},
): Running {
  const child = spawn(program, args, { cwd: cwd ?? ROOT, env: { ...process.env, ...env }, stdio: 'pipe' });
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
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr, output }));
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

/** Runs a shell command on a host of the lab, and gives what it printed. @throws Error when it fails. */
export async function onHost(host: string, script: string): Promise<string> {
  const { exitCode, output, stdout } = await lvsctl(['lab', 'exec', '--name', LAB, host, '--', 'sh', '-c', script]);
  if (exitCode !== 0) throw new Error(`${host}: ${script}: exit code ${exitCode}\n${output}`);
  return stdout.trim();
}

/** Brings the article's cluster to where the inventory wants it; quick when it is there. */
export async function deployed(): Promise<void> {
  const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '--yes']);
  if (exitCode !== 0) throw new Error(`the cluster could not be deployed:\n${output}`);
}

/** Reboots a host and waits until it is back. */
export async function restarted(host: string): Promise<void> {
  const boot = 'systemctl show -p UserspaceTimestampMonotonic --value';
  const before = await onHost(host, boot);
  await lvsctl(['lab', 'exec', '--name', LAB, host, '--', 'reboot']);
  for (let tries = 0; tries < 60; tries++) {
    const now = await onHost(host, boot).catch(() => before);
    if (now !== before) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${host} did not come back`);
}

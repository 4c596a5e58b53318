import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../src/remote/command.ts';

/** A shell that scripts have to work in. */
export interface Shell {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** Has nothing but busybox for its programs too. */
  readonly onlyBusybox: boolean;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function has(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

export const placeOf = (program: string): string => execFileSync('which', [program], { encoding: 'utf8' }).trim();

/** Those of the shells that this machine has; `sh` comes first and is always there. */
export const SHELLS: readonly Shell[] = [
  { name: 'sh', argv: ['/bin/sh'] as const, onlyBusybox: false },
  ...(has('dash') && realpathSync('/bin/sh') !== realpathSync('/usr/bin/dash')
    ? [{ name: 'dash', argv: [placeOf('dash')] as const, onlyBusybox: false }]
    : []),
  ...(has('busybox') ? [{ name: 'busybox', argv: [placeOf('busybox'), 'sh'] as const, onlyBusybox: true }] : []),
];

const [anyShell] = SHELLS;

/** The surroundings in which the root of a host would see a script run: in `/`, in the C locale. */
export function surroundings(shell: Shell) {
  const path = shell.onlyBusybox ? busyboxTools() : process.env['PATH'];
  return { cwd: '/', env: { PATH: path, LC_ALL: 'C', HOME: '/' } };
}

/** Runs a script as the root of a host would see it run, from standard input. */
export function runIn(shell: Shell, command: Command): Ran {
  const [program, ...words] = shell.argv;
  const { status, stdout, stderr } = spawnSync(program, words, {
    ...surroundings(shell),
    input: `{ :; ${command.script}\n} </dev/null; exit $?\n`,
    encoding: 'utf8',
  });
  return { exitCode: status, stdout, stderr };
}

/** The same in `/bin/sh`. */
export function run(command: Command): Ran {
  if (anyShell === undefined) throw new Error('there is no shell');
  return runIn(anyShell, command);
}

/** What a shell says about the grammar of a script; empty when it can read it. */
export function grammar(shell: Shell, script: string): string {
  const [program, ...words] = shell.argv;
  return spawnSync(program, [...words, '-n'], { input: script, encoding: 'utf8' }).stderr;
}

/**
 * What a shell says about the grammar of scripts, by their names; empty when it can read them all. One process reads them
 * all, each in parentheses of its own, and every script gets one only when that process objects.
 */
export function unreadable(shell: Shell, scripts: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const whole = [...scripts.values()].map((script) => `(\n${script}\n)\n`).join('');
  if (grammar(shell, whole) === '') return [];
  return [...scripts]
    .map(([name, script]) => [name, grammar(shell, script)] as const)
    .filter(([, message]) => message !== '');
}

/** A folder with nothing but busybox in it, under all of its names; empty where there is no busybox. */
const tools = temporaryFolder();
if (has('busybox')) {
  const busybox = placeOf('busybox');
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) symlinkSync(busybox, join(tools, applet));
  // Debian leaves this applet out. The scripts use no option that busybox's own does not have.
  if (!applets.includes('flock')) symlinkSync(placeOf('flock'), join(tools, 'flock'));
}

export function busyboxTools(): string {
  return tools;
}

/**
 * A new folder inside the temporary folder of this run of tests, and removed with it. Its name has what a path may
 * have: a space, quotes, a dollar.
 */
export function temporaryFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'lvsctl-test-')), `a "b" $c 'd' \\n`);
  mkdirSync(folder);
  return folder;
}

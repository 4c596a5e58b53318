import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { renderTemplate } from '../../src/render/template.ts';

/**
 * Scripts of hosts for real, as root, in namespaces of their own: every scenario runs in a new network and mount
 * namespace, and refuses to go on when that is the machine's own.
 */

export const folder = mkdtempSync(join(tmpdir(), 'lvs-script-'));
const machine = readlinkSync('/proc/self/ns/net');
export const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

/** The shells that a script has to work in; the last has no program but busybox's own and ip. */
export const shells = [
  { name: 'dash', command: 'dash', tools: undefined, there: has('dash') },
  { name: 'busybox sh', command: 'busybox sh', tools: undefined, there: has('busybox') },
  { name: 'busybox sh with its own tools', command: 'busybox sh', tools: join(folder, 'tools'), there: has('busybox') },
].filter(({ there }) => there);

/** Namespaces are root's to make. */
export const root = process.getuid?.() === 0;

/** Makes the folder with busybox's own tools. */
export function linkTools(): void {
  if (!has('busybox')) return;
  mkdirSync(join(folder, 'tools'));
  for (const tool of ['cat', 'mv', 'rm', 'mkdir', 'rmdir', 'id', 'tr', 'printf', 'sh']) {
    symlinkSync(execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim(), join(folder, 'tools', tool));
  }
  symlinkSync(execFileSync('which', ['ip'], { encoding: 'utf8' }).trim(), join(folder, 'tools', 'ip'));
}

/** In the file of a test: the folder is removed at its end. */
export function removeFolder(): void {
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

let made = 0;

/**
 * Writes a script of /usr/local/sbin.
 * @param path replaces its PATH
 */
export function script(name: string, view: Readonly<Record<string, unknown>>, path?: string): string {
  const text = renderTemplate(`usr/local/sbin/${name}`, { name: 'rs1', cluster: 'test', ...view });
  const file = join(folder, `${(made += 1)}.${name}`);
  writeFileSync(file, path === undefined ? text : text.replace(/^PATH=.*$/m, `PATH=${path}`));
  chmodSync(file, 0o755);
  return file;
}

/** Before every scenario: never in the machine's own network, and a state of its own. */
const PRELUDE = `
set -u
[ "$(readlink /proc/self/ns/net)" != "$MACHINE" ] || { echo 'this is the machine itself'; exit 99; }
mount -t tmpfs none /run || exit 98
export LVS_DR_STATE=/run/lvs.dr LVS_NAT_STATE=/run/lvs.nat LVS_TUN_STATE=/run/lvs.tun LVS_FIREWALL_STATE=/run/lvs.firewall
conf=/proc/sys/net/ipv4/conf
ip link set lo up
`;

/** Runs a scenario and gives what it said, errors marked by nothing but their words. */
export function run(scenario: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const result = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', `exec 2>&1\n${PRELUDE}\n${scenario}`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', MACHINE: machine, ...variables },
    timeout: 60_000,
  });
  return result.stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.trimEnd());
}

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { loadConf } from '../../../../src/agent/shell/conf/load-conf.ts';
import { parseOptions } from '../../../../src/agent/shell/options.ts';

// Compared with the configuration test of keepalived 2.2.7 for the same files.

/** In a folder writable by root only, unlike the usual temporary folder. */
const folder = mkdtempSync('/opt/lvs-agent-security-');
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

interface Owned {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
}

interface Case {
  readonly name: string;
  readonly file?: Owned;
  readonly folder?: Owned;
  readonly above?: Owned;
  readonly secure: boolean;
}

const OTHER = 1234;
const CASES: readonly Case[] = [
  { name: 'a file of root', secure: true },
  { name: 'a file of another user', file: { uid: OTHER }, secure: false },
  { name: 'a read-only file of another user', file: { uid: OTHER, mode: 0o555 }, secure: false },
  { name: 'a setuid file of another user', file: { uid: OTHER, mode: 0o4755 }, secure: false },
  { name: 'a file of another group', file: { gid: OTHER }, secure: true },
  { name: 'a file writable by another group', file: { gid: OTHER, mode: 0o775 }, secure: false },
  { name: "a file writable by root's group", file: { mode: 0o775 }, secure: true },
  { name: 'a world-writable file', file: { mode: 0o757 }, secure: false },
  { name: 'a folder of another user', folder: { uid: OTHER }, secure: false },
  { name: 'a read-only folder of another user', folder: { uid: OTHER, mode: 0o555 }, secure: false },
  { name: 'a sticky folder of another user', folder: { uid: OTHER, mode: 0o1755 }, secure: false },
  { name: 'a folder writable by another group', folder: { gid: OTHER, mode: 0o775 }, secure: false },
  { name: "a folder writable by root's group", folder: { mode: 0o775 }, secure: true },
  { name: 'a world-writable folder', folder: { mode: 0o777 }, secure: false },
  { name: 'a world-writable sticky folder', folder: { mode: 0o1777 }, secure: true },
  { name: 'a sticky folder writable by another group', folder: { gid: OTHER, mode: 0o1775 }, secure: true },
  { name: 'a parent folder of another user', above: { uid: OTHER }, secure: false },
];

function own(place: string, { uid = 0, gid = 0, mode = 0o755 }: Owned = {}): void {
  chownSync(place, uid, gid);
  chmodSync(place, mode);
}

let count = 0;
/** Creates the script and its folders. @returns its path */
function put(given: Omit<Case, 'name' | 'secure'>): string {
  const above = path.join(folder, `case-${(count += 1)}`);
  const inner = path.join(above, 'folder');
  const file = path.join(inner, 'script');
  mkdirSync(inner, { recursive: true });
  writeFileSync(file, '#!/bin/sh\nexit 0\n');
  own(file, given.file);
  own(inner, given.folder);
  own(above, given.above);
  return file;
}

/** A configuration that is valid except for its script. */
function configuration(script: string, user: string): string {
  const file = path.join(folder, 'keepalived.conf');
  writeFileSync(
    file,
    `global_defs {
  enable_script_security
  script_user ${user}
  dynamic_interfaces
}
vrrp_script it {
  script "${script}"
}
vrrp_instance one {
  interface veth0
  virtual_router_id 5
  virtual_ipaddress {
    10.77.0.99
  }
  track_script {
    it
  }
}
`,
  );
  return file;
}

function judge(script: string, user = 'root'): { readonly exit: number; readonly lines: readonly string[] } {
  const options = parseOptions(['-t', '-f', configuration(script, user)]);
  if (typeof options === 'string') throw new Error(options);
  const { exit, lines } = loadConf(nodeSys([]), options);
  return { exit, lines: lines.map(({ text }) => text) };
}

function keepalivedRefuses(script: string): boolean {
  // Uses a namespace, because keepalived requires the interface to exist.
  const test = 'ip link add veth0 type veth peer name veth1 && exec keepalived -t -f "$0"';
  const args = ['--net', 'sh', '-c', test, configuration(script, 'root')];
  const { status, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  const refuses = stderr.includes('Disabling track script it due to insecure');
  expect(status, stderr).toBe(refuses ? 5 : 0);
  return refuses;
}

describe('script security', () => {
  it.each(CASES)('judges $name like keepalived', ({ secure, ...given }) => {
    const script = put(given);
    expect(keepalivedRefuses(script)).toBe(!secure);
    const { exit, lines } = judge(script);
    expect(exit, lines.join('\n')).toBe(secure ? 0 : 5);
  });

  it('follows links', () => {
    const script = put({ folder: { mode: 0o777 } });
    const link = path.join(folder, 'link');
    symlinkSync(script, link);
    expect(keepalivedRefuses(link)).toBe(true);
    expect(judge(link).exit).toBe(5);
  });

  it('refuses a link that others can replace, which keepalived accepts', () => {
    const open = path.join(folder, 'open');
    mkdirSync(open);
    own(open, { mode: 0o777 });
    symlinkSync(put({}), path.join(open, 'link'));
    expect(keepalivedRefuses(path.join(open, 'link'))).toBe(false);
    expect(judge(path.join(open, 'link')).exit).toBe(5);
  });

  it.each([
    { name: 'accepts any owner for a script not run by root', file: { uid: OTHER, mode: 0o757 }, exit: 0 },
    { name: 'counts a setuid program of root as run by root', file: { mode: 0o4757 }, exit: 5 },
    { name: "counts a setgid program of root's group as run by root", file: { mode: 0o2757 }, exit: 5 },
  ])('$name', ({ file, exit }) => {
    expect(judge(put({ file }), 'nobody').exit).toBe(exit);
  });
});

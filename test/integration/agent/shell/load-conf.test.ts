import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import { loadConf } from '../../../../src/agent/shell/conf/load-conf.ts';
import { DEFAULTS } from '../../../../src/agent/shell/options.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';
import { call } from '../../../../src/agent/shell/sys/syscall-numbers.ts';

const host = nodeSys([]);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-load-'));
  mkdirSync(path.join(folder, 'folder'));
  writeFileSync(path.join(folder, 'file'), '');
  writeFileSync(path.join(folder, 'secret'), '');
  chmodSync(path.join(folder, 'secret'), 0);
  writeFileSync(path.join(folder, 'including'), `include ${folder}/secret\ninclude ${folder}/missing\n`);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** This host without access to secret files, also when tests run as root. */
const stranger = (): Sys => {
  const openat = call({ ...host, syscall: (number) => number }, 'openat');
  const isSecret = (name: unknown): boolean =>
    name instanceof Uint8Array && String.fromCharCode(...name).includes('/secret');
  return {
    ...host,
    syscall: (number, ...args) =>
      number === openat && isSecret(args[1]) ? -errno('EACCES') : host.syscall(number, ...args),
  };
};

const load = (name: string) => {
  const { lines, exit } = loadConf(stranger(), { ...DEFAULTS, file: path.join(folder, name) });
  return { exit, lines: lines.map(({ text }) => text.replaceAll(`${folder}/`, '')) };
};

it.each([
  ['missing', 'no such file or directory (ENOENT)'],
  ['secret', 'permission denied (EACCES)'],
  ['folder', 'is a directory (EISDIR)'],
  ['file/below', 'not a directory (ENOTDIR)'],
])('rejects an unreadable configuration with a reason: %s', (name, reason) => {
  const lines = [`${name}:1:1: cannot read the configuration: ${reason}`, '  use -f for another file'];
  expect(load(name)).toEqual({ exit: 4, lines });
});

it('distinguishes unreadable from missing includes', () => {
  expect(load('including')).toEqual({
    exit: 0,
    lines: [
      'including:1:1: warning: secret is not included: permission denied (EACCES)',
      'including:2:1: warning: no file matches include missing',
    ],
  });
});

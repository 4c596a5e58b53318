import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { Fifo } from '../../../../src/keepalived/model/conf.ts';
import { type FifoDefs, openFifos } from '../../../../src/agent/shell/script/fifos.ts';
import { openPrograms } from '../../../../src/agent/shell/script/programs.ts';
import { realLoop } from '../shell-check/real-loop.ts';

const { sys, loop, until, lines, journal, expectNoMistakes } = realLoop();
const folder = mkdtempSync(join(tmpdir(), 'agent-fifos-'));
chmodSync(folder, 0o755);
const programs = openPrograms(sys, loop, journal);
programs.configure({ enable_script_security: false });

beforeEach(() => {
  lines.length = 0;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  expectNoMistakes();
});

function path(name: string): string {
  return join(folder, name);
}

function fifo(name: string, script?: Fifo['script']): Fifo {
  return { path: path(name), owner: undefined, script };
}

function defs(differs: Partial<FifoDefs>): FifoDefs {
  return {
    notify_fifo: undefined,
    vrrp_notify_fifo: undefined,
    lvs_notify_fifo: undefined,
    script_user: { user: 'nobody', group: undefined },
    ...differs,
  };
}

/** The data in the FIFO. dd fails at the end, because the writer still has it open. */
function waiting(name: string): string {
  const dd = spawnSync('dd', [`if=${path(name)}`, 'iflag=nonblock', 'status=none'], { encoding: 'utf8' });
  return dd.stdout;
}

it('creates each FIFO for its reader, writes its lines, and removes it at the end', () => {
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('all'), vrrp_notify_fifo: fifo('vrrp'), lvs_notify_fifo: fifo('lvs') }));
  const made = statSync(path('all'));
  expect(made.isFIFO()).toBe(true);
  expect([made.mode & 0o777, made.uid]).toEqual([0o600, 65_534]);
  fifos.vrrp('INSTANCE "VI_1" MASTER 100');
  fifos.lvs('VS [192.0.2.1]:tcp:80 UP');
  expect(waiting('all')).toBe('INSTANCE "VI_1" MASTER 100\nVS [192.0.2.1]:tcp:80 UP\n');
  expect(waiting('vrrp')).toBe('INSTANCE "VI_1" MASTER 100\n');
  expect(waiting('lvs')).toBe('VS [192.0.2.1]:tcp:80 UP\n');
  fifos.close();
  expect(['all', 'vrrp', 'lvs'].filter((name) => existsSync(path(name)))).toEqual([]);
  expect(lines).toEqual([]);
});

it('sets the configured owner', () => {
  const fifos = openFifos(sys, loop, programs, journal);
  const named = { ...fifo('named'), owner: { user: 'daemon', group: undefined } };
  fifos.configure(defs({ notify_fifo: named }));
  expect(statSync(path('named')).uid).toBe(1);
  fifos.close();
});

it('keeps an existing FIFO', () => {
  execFileSync('mkfifo', ['-m', '640', path('theirs')]);
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('theirs') }));
  fifos.vrrp('line');
  expect(waiting('theirs')).toBe('line\n');
  fifos.close();
  expect(statSync(path('theirs')).mode & 0o777).toBe(0o640);
});

it('does not follow a symbolic link', () => {
  execFileSync('mkfifo', ['-m', '600', path('aim')]);
  symlinkSync(path('aim'), path('link'));
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('link') }));
  fifos.vrrp('line');
  fifos.close();
  expect(waiting('aim')).toBe('');
  expect(existsSync(path('link'))).toBe(true);
  const why = 'it is a symbolic link; configure its target; it is disabled';
  expect(lines).toEqual([`error: cannot open notify FIFO ${path('link')}: ${why}`]);
});

it('drops lines without a reader, logging the first and the recovery', () => {
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('full') }));
  const line = 'x'.repeat(4000);
  for (let count = 0; count < 30; count += 1) fifos.vrrp(line);
  expect(lines).toEqual([
    `warning: cannot write to notify FIFO ${path('full')}: it is full because it has no reader; dropping lines`,
  ]);
  const taken = waiting('full').length / 4001;
  fifos.vrrp('again');
  expect(lines[1]).toBe(`notice: writing to notify FIFO ${path('full')} again; ${30 - taken} lines dropped`);
  expect(waiting('full')).toBe('again\n');
  fifos.close();
});

it('keeps a file in place of the FIFO and logs what to do', () => {
  writeFileSync(path('file'), 'mine\n');
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('file'), lvs_notify_fifo: fifo('no/folder') }));
  fifos.vrrp('line');
  fifos.lvs('line');
  fifos.close();
  expect(readFileSync(path('file'), 'utf8')).toBe('mine\n');
  expect(lines).toEqual([
    `error: cannot open notify FIFO ${path('file')}: not a FIFO; remove it or configure another path; it is disabled`,
    `error: cannot create notify FIFO ${path('no/folder')}: no such file or directory (ENOENT); it is disabled`,
  ]);
});

it('passes the path as last argument, restarts the script when it exits, and stops it with the agent', async () => {
  const seen = path('seen');
  const reader = path('reader.sh');
  writeFileSync(reader, `#!/bin/sh\necho "start $*" >> ${seen}\nread line < "$2"; echo "$line" >> ${seen}\n`);
  chmodSync(reader, 0o755);
  const script: Fifo['script'] = { argv: [reader, 'own'], user: { user: 'root', group: undefined } };
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('read', script) }));
  fifos.vrrp('one');
  await until(() => lines.length > 0);
  expect(readFileSync(seen, 'utf8')).toBe(`start own ${path('read')}\none\n`);
  expect(lines).toEqual([`warning: notify FIFO script ${reader} exited with status 0; restarting it in 1 s`]);
  await until(() => readFileSync(seen, 'utf8').split('\n').length > 3);
  expect(readFileSync(seen, 'utf8')).toBe(`start own ${path('read')}\none\nstart own ${path('read')}\n`);
  fifos.close();
  const running = (): string =>
    execFileSync('sh', ['-c', `ps ax -o args | grep -c '^/bin/sh ${reader}' || true`], { encoding: 'utf8' });
  await until(() => running() === '0\n');
  expect(running()).toBe('0\n');
});

it('applies only differences on a reload', () => {
  const fifos = openFifos(sys, loop, programs, journal);
  fifos.configure(defs({ notify_fifo: fifo('kept'), vrrp_notify_fifo: fifo('old') }));
  fifos.vrrp('before');
  const inode = statSync(path('kept')).ino;
  fifos.configure(defs({ notify_fifo: fifo('kept'), vrrp_notify_fifo: fifo('new') }));
  fifos.vrrp('after');
  expect(statSync(path('kept')).ino).toBe(inode);
  expect(waiting('kept')).toBe('before\nafter\n');
  expect(existsSync(path('old'))).toBe(false);
  expect(waiting('new')).toBe('after\n');
  fifos.close();
});

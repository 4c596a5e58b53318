import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { Script } from '../../../../src/keepalived/model/conf.ts';
import { openPrograms, type ProgramEnd } from '../../../../src/agent/shell/script/programs.ts';
import { alive } from '../../../support/until.ts';
import { realLoop } from '../shell-check/real-loop.ts';

process.env['SECRET_OF_THE_AGENT'] = 'hunter2';
const { sys, loop, turn, until, lines, journal, expectNoMistakes } = realLoop();
const folder = mkdtempSync(join(tmpdir(), 'agent-programs-'));
chmodSync(folder, 0o755);

beforeEach(() => {
  lines.length = 0;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  expectNoMistakes();
});

function script(name: string, body: string, user: Script['user'] = 'default', ...args: readonly string[]): Script {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { argv: [path, ...args], user };
}

function programs(enable_script_security = false): ReturnType<typeof openPrograms> {
  const opened = openPrograms(sys, loop, journal);
  opened.configure({ enable_script_security });
  return opened;
}

async function endOf(checked: Script, timeoutMs = 20_000, strict = false): Promise<ProgramEnd> {
  const ends: ProgramEnd[] = [];
  programs(strict).check('it', checked, timeoutMs, (end) => {
    ends.push(end);
    loop.at(loop.now() + 20, () => loop.stop());
  });
  expect(ends).toEqual([]);
  await loop.run();
  expect(ends).toHaveLength(1);
  return ends[0] ?? { kind: 'timeout' };
}

it.each([
  ['exit 0', { kind: 'exited', code: 0 }],
  ['exit 7', { kind: 'exited', code: 7 }],
  ['kill -9 $$', { kind: 'signalled', signal: 9 }],
] as const)('reports the exit of a script that does %s', async (body, end) => {
  expect(await endOf(script('ends.sh', body))).toEqual(end);
});

it('terminates a script and its children on timeout', async () => {
  const pids = join(folder, 'pids');
  const slow = script('slow.sh', `sleep 60 & echo $! >> ${pids}; echo $$ >> ${pids}; wait`);
  expect(await endOf(slow, 1000)).toEqual({ kind: 'timeout' });
  const started = readFileSync(pids, 'utf8').trim().split('\n');
  await until(() => !started.some(alive));
  expect(started.filter(alive)).toEqual([]);
});

it('kills a script that ignores SIGTERM after two seconds', async () => {
  const pid = join(folder, 'deaf.pid');
  const deaf = script('deaf.sh', `trap '' TERM; echo $$ > ${pid}; while :; do sleep 1; done`);
  expect(await endOf(deaf, 1000)).toEqual({ kind: 'timeout' });
  await turn(500);
  const deafOne = readFileSync(pid, 'utf8').trim();
  expect(alive(deafOne)).toBe(true);
  await until(() => !alive(deafOne));
  expect(alive(deafOne)).toBe(false);
});

it('kills children that ignore SIGTERM once the script has exited', async () => {
  const pid = join(folder, 'deaf-child.pid');
  const child = `sh -c "trap '' TERM; echo \\$\\$ > ${pid}; while :; do sleep 1; done" &`;
  expect(await endOf(script('heir.sh', `${child}\nwait`), 1000)).toEqual({ kind: 'timeout' });
  const deafOne = readFileSync(pid, 'utf8').trim();
  await until(() => !alive(deafOne));
  expect(alive(deafOne)).toBe(false);
});

it('does not run a script twice at once', async () => {
  const counted = join(folder, 'counted');
  const slow = script('once.sh', `echo x >> ${counted}; sleep 0.3`);
  const opened = programs();
  const ends: ProgramEnd[] = [];
  opened.check('one', slow, 3000, (end) => ends.push(end));
  opened.check('one', slow, 3000, (end) => ends.push(end));
  opened.check('other', slow, 3000, (end) => ends.push(end));
  await until(() => ends.length === 3);
  expect(ends).toEqual([
    { kind: 'refused', reason: 'the previous run is still in progress' },
    { kind: 'exited', code: 0 },
    { kind: 'exited', code: 0 },
  ]);
  expect(readFileSync(counted, 'utf8')).toBe('x\nx\n');
});

it('terminates an abandoned script without a result', async () => {
  const pid = join(folder, 'abandoned.pid');
  const opened = programs();
  const ends: ProgramEnd[] = [];
  opened.check('it', script('abandoned.sh', `echo $$ > ${pid}; exec sleep 60`), 60_000, (end) => ends.push(end));
  await until(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '');
  opened.abandon('it');
  const abandoned = readFileSync(pid, 'utf8').trim();
  await until(() => !alive(abandoned));
  expect(alive(abandoned)).toBe(false);
  // Waits for the exit, which must not be reported.
  await turn(1100);
  expect(ends).toEqual([]);
});

it('waits for a script being terminated before running it again', async () => {
  const opened = programs();
  const ends: string[] = [];
  const slow = script('again.sh', 'sleep 60');
  opened.check('it', slow, 60_000, () => ends.push('first'));
  opened.abandon('it');
  opened.check('it', script('again.sh', 'exit 4'), 60_000, (end) => ends.push(JSON.stringify(end)));
  await until(() => ends.length > 0);
  expect(ends).toEqual(['{"kind":"exited","code":4}']);
  opened.check('it', slow, 60_000, () => ends.push('third'));
  opened.abandon('it');
  opened.check('it', slow, 60_000, () => ends.push('fourth'));
  opened.abandon('it');
  await turn(1100);
  expect(ends).toHaveLength(1);
});

it('runs a script as its user with arguments and a minimal environment', async () => {
  const out = join(folder, 'seen');
  writeFileSync(out, '');
  chmodSync(out, 0o666);
  const seeing = script(
    'seeing.sh',
    `{ echo "$@"; id -u; id -g; env | cut -d= -f1 | sort | tr '\\n' ' '; echo; echo "$HOME $USER"; } > ${out} 2>&1`,
    { user: 'nobody', group: 'daemon' },
    'own',
  );
  const opened = programs();
  opened.notify(seeing, ['INSTANCE', 'VI_1', 'MASTER', '100']);
  await until(() => readFileSync(out, 'utf8').split('\n').length > 5);
  const [args, uid, gid, names, home] = readFileSync(out, 'utf8').trim().split('\n');
  expect(args).toBe('own INSTANCE VI_1 MASTER 100');
  expect([uid, gid]).toEqual(['65534', '1']);
  expect(names).not.toContain('SECRET');
  expect((names ?? '').trim().split(' ')).toEqual(expect.arrayContaining(['HOME', 'LOGNAME', 'PATH', 'USER']));
  expect(home).toBe('/nonexistent nobody');
  expect(lines).toEqual([]);
});

it('logs a failed notify script', async () => {
  const opened = programs();
  opened.notify(script('fails.sh', 'exit 3', 'default', 'secret-argument'), []);
  opened.notify({ argv: ['/nonexistent/notify.sh'], user: 'default' }, []);
  await until(() => lines.length === 2);
  expect(lines).toEqual([
    'error: script /nonexistent/notify.sh could not be run: /nonexistent: no such file or directory (ENOENT)',
    `warning: script ${folder}/fails.sh exited with status 3`,
  ]);
});

it.each([
  [{ argv: ['nosuchprogram'], user: 'default' }, /^no program nosuchprogram in .*configure its full path$/],
  [{ argv: ['/etc/passwd'], user: 'default' }, /^\/etc\/passwd is not executable; chmod \+x it/],
  [{ argv: ['/etc'], user: 'default' }, /^\/etc is a directory$/],
  [{ argv: ['/bin/true'], user: { user: 'nosuchuser', group: undefined } }, /^no user nosuchuser/],
  [{ argv: ['/bin/true'], user: { user: 'root', group: 'nosuchgroup' } }, /^no group nosuchgroup/],
] as const)('refuses %o with a reason', async (refused, reason) => {
  expect(programs().refusal(refused)).toMatch(reason);
  expect(await endOf(refused)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) as string });
});

it('finds a program in the standard directories', async () => {
  expect(await endOf({ argv: ['true'], user: 'default' })).toEqual({ kind: 'exited', code: 0 });
});

it('runs only scripts writable by root alone as root with script security', async () => {
  const root = { user: 'root', group: undefined };
  const own = script('own.sh', 'exit 0', root);
  expect(await endOf(own, 20_000, true)).toEqual({ kind: 'exited', code: 0 });
  chmodSync(own.argv[0] ?? '', 0o757);
  expect(await endOf(own, 20_000, true)).toEqual({
    kind: 'refused',
    reason: `${folder}/own.sh is writable by any user, which enable_script_security forbids; use chown root and chmod go-w`,
  });
  expect(await endOf(own, 20_000, false)).toEqual({ kind: 'exited', code: 0 });
  expect(programs(true).refusal({ ...own, user: { user: 'nobody', group: undefined } })).toBeUndefined();
});

it('checks directories on the path, also through links, with script security', () => {
  const open = join(folder, 'open');
  mkdirSync(open);
  const inside = script('open/inside.sh', 'exit 0', { user: 'root', group: undefined });
  const path = inside.argv[0] ?? '';
  expect(programs(true).refusal(inside)).toBeUndefined();
  chmodSync(open, 0o777);
  expect(programs(true).refusal(inside)).toMatch(/\/open is writable by any user/);
  chmodSync(open, 0o1777);
  expect(programs(true).refusal(inside)).toBeUndefined();
  chmodSync(open, 0o777);
  const linked = join(folder, 'linked.sh');
  symlinkSync(path, linked);
  expect(programs(true).refusal({ ...inside, argv: [linked] })).toMatch(/\/open is writable by any user/);
});

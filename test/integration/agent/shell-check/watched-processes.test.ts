import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { decodeName, encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { concat, u16le, u32le, u8 } from '../../../../src/agent/core/bytes/write.ts';
import type { VrrpTrackProcess } from '../../../../src/keepalived/model/vrrp.ts';
import { matchesCommandLine, matchesName, splitCommandLine } from '../../../../src/agent/shell/check/match-process.ts';
import { openWatchedProcesses } from '../../../../src/agent/shell/check/watched-processes.ts';
import type { SysArg } from '../../../../src/agent/shell/sys/sys.ts';
import { fakeLoop } from './fake-loop.ts';
import { type Answers, fakeSys } from './fake-sys.ts';
import { realLoop } from './real-loop.ts';

const { sys, loop, until, expectNoMistakes } = realLoop();
const children: ChildProcess[] = [];

function tracked(process: string, differs: Partial<VrrpTrackProcess> = {}): VrrpTrackProcess {
  return {
    name: process,
    process,
    param_match: undefined,
    weight: 1,
    reverse: false,
    quorum: 1,
    quorum_max: undefined,
    fork_delay: 0,
    terminate_delay: 0,
    full_command: false,
    ...differs,
  };
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  expectNoMistakes();
});

it.each([
  ['haproxy', 'haproxy', true],
  ['/usr/sbin/haproxy', 'haproxy', true],
  ['hapro', 'haproxy', false],
  ['a-program-with-a-long-name', 'a-program-with-', true],
])('matches process %s with name %s: %s', (process, comm, matches) => {
  expect(matchesName(tracked(process), comm)).toBe(matches);
});

const match = (kind: 'initial' | 'partial' | 'exact', ...parameters: readonly string[]): Partial<VrrpTrackProcess> => ({
  param_match: { kind, parameters },
});

it.each([
  [{ full_command: true }, ['/bin/x', '-a'], true],
  [{ full_command: true }, ['x', '-a'], false],
  [match('exact'), ['/bin/x'], true],
  [match('exact'), ['/bin/x', '-a'], false],
  [match('exact', '-a', 'one'), ['/bin/x', '-a', 'one'], true],
  [match('exact', '-a', 'one'), ['/bin/x', '-a', 'one', 'more'], false],
  [match('partial', '-a'), ['/bin/x', '-a', 'one'], true],
  [match('partial', '-a'), ['/bin/x', '-ab', 'one'], false],
  [match('partial', '-a', 'one'), ['/bin/x', '-a'], false],
  [match('initial', '-a', 'on'), ['/bin/x', '-a', 'one'], true],
  [match('initial', '-a', 'on'), ['/bin/x', '-ab', 'one'], false],
])('matches a command line: %o and %o', (differs, argv, matches) => {
  expect(matchesCommandLine(tracked('/bin/x', differs), argv)).toBe(matches);
});

it('splits a command line with empty arguments, or none for a kernel thread', () => {
  expect(splitCommandLine(Uint8Array.from([97, 0, 0, 98, 0]))).toEqual(['a', '', 'b']);
  expect(splitCommandLine(new Uint8Array(0))).toEqual([]);
});

it('counts processes at the start, when one starts, and when they exit', async () => {
  const reported: (readonly [string, number])[] = [];
  const seconds = `98${process.pid}`;
  const processes = openWatchedProcesses(sys, loop, (name, count) => reported.push([name, count]));
  const sleep = async (): Promise<ChildProcess> => {
    const child = spawn('/bin/sleep', [seconds], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return child;
  };
  const first = await sleep();
  processes.watch([tracked('/bin/sleep', match('exact', seconds)), tracked('no-such-program')]);
  expect(reported).toEqual([]);
  await until(() => reported.length === 2);
  expect(reported.splice(0)).toEqual([
    ['/bin/sleep', 1],
    ['no-such-program', 0],
  ]);
  const second = await sleep();
  await until(() => reported.length > 0);
  expect(reported.splice(0)).toEqual([['/bin/sleep', 2]]);
  const ended = Promise.all([once(first, 'exit'), once(second, 'exit')]);
  first.kill('SIGKILL');
  second.kill('SIGKILL');
  await ended;
  await until(() => reported.at(-1)?.[1] === 0);
  expect(reported.at(-1)).toEqual(['/bin/sleep', 0]);
  processes.close();
});

interface FakeProc {
  readonly answers: Answers;
  /** Program names by pid. */
  readonly running: Map<string, string>;
  /** Pending kernel events. */
  readonly events: Uint8Array[];
}

/** A host with a fake /proc. @param connector result of opening the process connector */
function fakeProc(connector: number): FakeProc {
  const running = new Map<string, string>();
  const events: Uint8Array[] = [];
  const unread = new Map<number, Uint8Array>();
  let last = 100;
  const take = (fd: SysArg, buffer: SysArg): number => {
    const bytes = unread.get(Number(fd)) ?? new Uint8Array(0);
    unread.delete(Number(fd));
    (buffer as Uint8Array).set(bytes);
    return bytes.length;
  };
  const answers: Answers = {
    socket: connector,
    bind: 0,
    sendto: 40,
    close: 0,
    recvfrom: (_fd, buffer) => {
      const event = events.shift();
      if (event === undefined) return -11;
      if (event.length === 0) return -105;
      (buffer as Uint8Array).set(event);
      return event.length;
    },
    openat: (_folder, path) => {
      const name = decodeName(path as Uint8Array);
      const pid = /^\/proc\/(\d+)\/comm$/.exec(name)?.[1];
      const comm = pid === undefined ? undefined : running.get(pid);
      if (name !== '/proc' && comm === undefined) return -2;
      last += 1;
      unread.set(last, comm === undefined ? concat([...running.keys()].map(directoryEntry)) : encodeUtf8(`${comm}\n`));
      return last;
    },
    read: (fd, buffer) => take(fd ?? 0, buffer ?? 0),
    getdents64: (fd, buffer) => take(fd ?? 0, buffer ?? 0),
  };
  return { answers, running, events };
}

/** struct linux_dirent64. */
function directoryEntry(name: string): Uint8Array {
  return concat([new Uint8Array(16), u16le(20 + name.length), u8(4), encodeUtf8(`${name}\0`)]);
}

/** A connector message with a process event. */
function event(what: number, ...numbers: readonly number[]): Uint8Array {
  return concat([new Uint8Array(36), u32le(what), new Uint8Array(12), ...numbers.map(u32le), new Uint8Array(16)]);
}

const ACKNOWLEDGED = event(0, 0, 0);
const FORK = 1;
const EXEC = 2;
const EXIT = 0x80000000;

it('scans /proc once if the kernel reports processes, and is idle without events', () => {
  const { answers, running, events } = fakeProc(5);
  const loop = fakeLoop();
  const { sys, calls } = fakeSys(answers);
  const reported: (readonly [string, number])[] = [];
  running.set('1', 'init').set('20', 'web');
  const processes = openWatchedProcesses(sys, loop, (name, count) => reported.push([name, count]));
  processes.watch([tracked('web')]);
  events.push(ACKNOWLEDGED);
  loop.ready(5, 'readable');
  expect(reported.splice(0)).toEqual([['web', 1]]);
  calls.length = 0;
  loop.pass(60_000);
  expect([calls, loop.timers()]).toEqual([[], 0]);

  running.set('21', 'web');
  events.push(event(FORK, 1, 1, 21, 21), event(EXEC, 21, 21));
  loop.ready(5, 'readable');
  loop.pass(20);
  expect(reported.splice(0)).toEqual([['web', 2]]);

  running.delete('20');
  events.push(event(EXIT, 20, 20));
  loop.ready(5, 'readable');
  expect(reported.splice(0)).toEqual([['web', 1]]);

  processes.close();
  expect(loop.waiting()).toEqual([]);
});

it('ignores threads, other programs and short-lived processes', () => {
  const { answers, running, events } = fakeProc(5);
  const loop = fakeLoop();
  const { sys, calls } = fakeSys(answers);
  const reported: (readonly [string, number])[] = [];
  openWatchedProcesses(sys, loop, (name, count) => reported.push([name, count])).watch([tracked('web')]);
  events.push(ACKNOWLEDGED);
  loop.ready(5, 'readable');
  expect(reported.splice(0)).toEqual([['web', 0]]);
  calls.length = 0;
  running.set('30', 'other');
  events.push(event(FORK, 20, 20, 99, 20), event(EXIT, 99, 20), event(EXEC, 30, 30));
  events.push(event(FORK, 1, 1, 31, 31), event(EXIT, 31, 31));
  loop.ready(5, 'readable');
  loop.pass(20);
  expect(reported).toEqual([]);
  expect(calls.filter((name) => name === 'openat')).toHaveLength(1);
});

it('reads many processes over several turns and then reports the count', () => {
  const { answers, running, events } = fakeProc(5);
  const loop = fakeLoop();
  const { sys, calls } = fakeSys(answers);
  const reported: (readonly [string, number])[] = [];
  for (let pid = 1; pid <= 2000; pid += 1) running.set(String(pid), pid % 2 === 0 ? 'web' : 'other');
  openWatchedProcesses(sys, loop, (name, count) => reported.push([name, count])).watch([tracked('web')]);
  events.push(ACKNOWLEDGED);
  loop.ready(5, 'readable');
  expect(calls.filter((name) => name === 'openat').length).toBeLessThan(40);
  expect(reported).toEqual([]);
  loop.pass(0);
  expect(reported.splice(0)).toEqual([['web', 1000]]);

  calls.length = 0;
  for (let pid = 2001; pid <= 2100; pid += 1) {
    running.set(String(pid), 'web');
    events.push(event(EXEC, pid, pid));
  }
  loop.ready(5, 'readable');
  loop.pass(20);
  expect(reported.splice(0)).toEqual([['web', 1100]]);
});

it('rescans /proc after lost events', () => {
  const { answers, running, events } = fakeProc(5);
  const loop = fakeLoop();
  const reported: (readonly [string, number])[] = [];
  openWatchedProcesses(fakeSys(answers).sys, loop, (name, count) => reported.push([name, count])).watch([
    tracked('web'),
  ]);
  events.push(ACKNOWLEDGED);
  loop.ready(5, 'readable');
  running.set('20', 'web');
  events.push(new Uint8Array(0));
  loop.ready(5, 'readable');
  loop.pass(20);
  expect(reported).toEqual([
    ['web', 0],
    ['web', 1],
  ]);
});

it.each([
  ['without a connector', -93],
  ['if the connector does not answer', 5],
])('scans /proc every second %s', (_what, connector) => {
  const { answers, running } = fakeProc(connector);
  const loop = fakeLoop();
  const reported: (readonly [string, number])[] = [];
  const processes = openWatchedProcesses(fakeSys(answers).sys, loop, (name, count) => reported.push([name, count]));
  processes.watch([tracked('web')]);
  loop.pass(0);
  running.set('20', 'web');
  loop.pass(999);
  expect(reported).toEqual([['web', 0]]);
  loop.pass(1);
  expect(reported).toEqual([
    ['web', 0],
    ['web', 1],
  ]);
  processes.close();
  expect([loop.timers(), loop.waiting()]).toEqual([0, []]);
});

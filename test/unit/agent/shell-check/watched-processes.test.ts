import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import type { VrrpTrackProcess } from '../../../../src/agent/core/conf/model-vrrp.ts';
import { matchesCommandLine, matchesName, splitCommandLine } from '../../../../src/agent/shell/check/match-process.ts';
import { openWatchedProcesses } from '../../../../src/agent/shell/check/watched-processes.ts';
import { realLoop } from './real-loop.ts';

const { sys, loop, turn: run, expectNoMistakes } = realLoop();
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

test.each([
  ['haproxy', 'haproxy', true],
  ['/usr/sbin/haproxy', 'haproxy', true],
  ['hapro', 'haproxy', false],
  ['a-program-with-a-long-name', 'a-program-with-', true],
])('process %s and the name %s', (process, comm, matches) => {
  expect(matchesName(tracked(process), comm)).toBe(matches);
});

const match = (kind: 'initial' | 'partial' | 'exact', ...parameters: readonly string[]): Partial<VrrpTrackProcess> => ({
  param_match: { kind, parameters },
});

test.each([
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
])('of a command line: %o and %o', (differs, argv, matches) => {
  expect(matchesCommandLine(tracked('/bin/x', differs), argv)).toBe(matches);
});

test('a command line keeps its empty arguments, and a kernel thread has none', () => {
  expect(splitCommandLine(Uint8Array.from([97, 0, 0, 98, 0]))).toEqual(['a', '', 'b']);
  expect(splitCommandLine(new Uint8Array(0))).toEqual([]);
});

test('processes are counted at the start, when one more runs, and when they are gone', async () => {
  const told: (readonly [string, number])[] = [];
  const seconds = `98${process.pid}`;
  const processes = openWatchedProcesses(sys, loop, (name, count) => told.push([name, count]));
  const turn = async (): Promise<readonly (readonly [string, number])[]> => {
    await run(1100);
    return told.splice(0);
  };
  const sleep = async (): Promise<ChildProcess> => {
    const child = spawn('/bin/sleep', [seconds], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return child;
  };
  const first = await sleep();
  processes.watch([tracked('/bin/sleep', match('exact', seconds)), tracked('no-such-program')]);
  expect(told).toEqual([]);
  expect(await turn()).toEqual([
    ['/bin/sleep', 1],
    ['no-such-program', 0],
  ]);
  const second = await sleep();
  expect(await turn()).toEqual([['/bin/sleep', 2]]);
  const ended = Promise.all([once(first, 'exit'), once(second, 'exit')]);
  first.kill('SIGKILL');
  second.kill('SIGKILL');
  await ended;
  expect(await turn()).toEqual([['/bin/sleep', 0]]);
  processes.close();
});

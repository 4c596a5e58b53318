import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  openSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openWatchedFiles, writeInitialNumber } from '../../../../src/agent/shell/check/watched-files.ts';
import { realLoop } from './real-loop.ts';

const { sys, loop, turn: run, expectNoMistakes } = realLoop();
const folder = mkdtempSync(join(tmpdir(), 'agent-files-'));
const reported: (readonly [file: string, value: number | undefined])[] = [];
const files = openWatchedFiles(sys, loop, (file, value) => reported.push([file.slice(folder.length + 1), value]));

async function turn(milliseconds = 30): Promise<readonly (readonly [string, number | undefined])[]> {
  await run(milliseconds);
  return reported.splice(0);
}

function path(name: string): string {
  return join(folder, name);
}

beforeEach(() => {
  reported.length = 0;
});
afterAll(() => {
  files.close();
  rmSync(folder, { recursive: true });
  expectNoMistakes();
});

it('reports a file at the start and when it is written, replaced or removed', async () => {
  writeFileSync(path('weight'), '5\n');
  files.watch([path('weight'), path('absent')]);
  expect(reported).toEqual([]);
  expect(await turn()).toEqual([
    ['weight', 5],
    ['absent', undefined],
  ]);
  writeFileSync(path('weight'), '7\n');
  expect(await turn()).toEqual([['weight', 7]]);
  writeFileSync(path('weight.new'), '-12 with a comment');
  renameSync(path('weight.new'), path('weight'));
  expect(await turn()).toEqual([['weight', -12]]);
  unlinkSync(path('weight'));
  expect(await turn()).toEqual([['weight', undefined]]);
  writeFileSync(path('weight'), '3');
  expect(await turn()).toEqual([['weight', 3]]);
});

it('detects a write without close', async () => {
  writeFileSync(path('open'), '');
  files.watch([path('open')]);
  expect(await turn()).toEqual([['open', 0]]);
  const fd = openSync(path('open'), 'w');
  writeSync(fd, '8\n');
  expect(await turn()).toEqual([['open', 8]]);
  closeSync(fd);
  expect(await turn()).toEqual([]);
});

it('ignores a truncated file until it is closed', async () => {
  writeFileSync(path('emptied'), '8\n');
  files.watch([path('emptied')]);
  expect(await turn()).toEqual([['emptied', 8]]);
  const fd = openSync(path('emptied'), 'w');
  expect(await turn()).toEqual([]);
  closeSync(fd);
  expect(await turn()).toEqual([['emptied', 0]]);
});

it('ignores other files in the folder', async () => {
  files.watch([path('weight')]);
  await turn();
  writeFileSync(path('beside'), '9');
  expect(await turn()).toEqual([]);
});

it('does not report files removed from the list', async () => {
  files.watch([path('weight'), path('emptied')]);
  await turn();
  files.watch([path('emptied')]);
  await turn();
  writeFileSync(path('weight'), '77');
  expect(await turn()).toEqual([]);
});

it('follows a folder that is created, removed and created again', async () => {
  const inside = path('later/number');
  files.watch([inside]);
  expect(await turn()).toEqual([['later/number', undefined]]);
  mkdirSync(path('later'));
  writeFileSync(inside, '1');
  expect(await turn(1100)).toEqual([['later/number', 1]]);
  writeFileSync(inside, '2');
  expect(await turn()).toEqual([['later/number', 2]]);
  rmSync(path('later'), { recursive: true });
  expect(await turn()).toEqual([['later/number', undefined]]);
  mkdirSync(path('later'));
  writeFileSync(inside, '3');
  expect(await turn(1100)).toEqual([['later/number', 3]]);
});

it('supports equivalent paths of a folder', async () => {
  const ways = [path('weight'), join(folder) + '/./weight'];
  files.watch(ways);
  await turn();
  writeFileSync(path('weight'), '44');
  expect(await turn()).toEqual([
    ['weight', 44],
    ['./weight', 44],
  ]);
});

it('writes the initial number if missing, or always', () => {
  expect(writeInitialNumber(sys, path('initial'), { value: 4, overwrite: false })).toBe(0);
  expect(writeInitialNumber(sys, path('initial'), { value: 5, overwrite: false })).toBe(0);
  expect(readFileSync(path('initial'), 'utf8')).toBe('4\n');
  expect(writeInitialNumber(sys, path('initial'), { value: 6, overwrite: true })).toBe(0);
  expect(readFileSync(path('initial'), 'utf8')).toBe('6\n');
  expect(writeInitialNumber(sys, path('no/such/folder'), { value: 6, overwrite: true })).toBe(-2);
});

it('does not block on a FIFO without a reader', () => {
  execFileSync('mkfifo', [path('fifo')]);
  expect(writeInitialNumber(sys, path('fifo'), { value: 4, overwrite: true })).toBe(-6);
});

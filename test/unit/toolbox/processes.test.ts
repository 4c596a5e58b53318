import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, readRecords, signalSession, thisProcess } from '../../../src/toolbox/processes.ts';

const RECORD = path.join(import.meta.dirname, '../../../templates/lab/record');

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-processes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('a recorded process', () => {
  it('is alive when number and start time are its own', () => {
    const me = thisProcess();
    expect(isAlive(me)).toBe(true);
    expect(isAlive({ ...me, start: '1' })).toBe(false);
    expect(isAlive({ pid: 2 ** 22 + 1, start: '1' })).toBe(false);
  });

  it('records itself, and ends with all of its session', async () => {
    const folder = newFolder();
    const script = 'sleep 60 & echo started; wait';
    const child = spawn('sh', [RECORD, path.join(folder, 'guest'), 'sh', '-c', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const record = readRecords(folder).get('guest');
    expect(record?.pid).toBe(child.pid);
    if (record === undefined) return;
    expect(isAlive(record)).toBe(true);
    expect(signalSession({ ...record, start: '1' }, 'SIGKILL')).toBe(0);
    expect(signalSession(record, 'SIGKILL')).toBe(2);
    await once(child, 'close');
    expect(isAlive(record)).toBe(false);
    // A process that was killed has closed its files a moment before it has ended.
    await expect.poll(() => signalSession(record, 'SIGKILL')).toBe(0);
  });

  it('is not made of a torn record', () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'torn'), '12');
    writeFileSync(path.join(folder, 'whole'), '12 345\n');
    writeFileSync(path.join(folder, 'unfinished.new'), '12 345\n');
    expect([...readRecords(folder)]).toEqual([['whole', { pid: 12, start: '345' }]]);
    expect(readRecords(path.join(folder, 'missing')).size).toBe(0);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VrrpState } from '../../../../src/agent/core/vrrp/state.ts';
import { initialVrrp } from '../../../../src/agent/core/vrrp/start.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { Complaints } from '../../../../src/agent/shell/service/complaints.ts';
import { StateFile } from '../../../../src/agent/shell/service/state-file.ts';

/** Addresses held by an instance, and their form in the file. */
const HELD = [
  { address: '192.0.2.1', prefix: 24, dev: undefined },
  { address: '192.0.2.2', prefix: 32, dev: 'lo' },
];
const held = [
  { interface: 'eth0', address: '192.0.2.1', prefix: 24 },
  { interface: 'lo', address: '192.0.2.2', prefix: 32 },
];
const sys = nodeSys([]);
let folder = '';
let file = '';
let lines: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-state-'));
  file = path.join(folder, 'state.json');
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stateFile(at: string): StateFile {
  return new StateFile(sys, at, new Complaints({ log: (_, text) => lines.push(text) }));
}

/** A state in which these instances are MASTER, as far as the file needs it. */
function masters(...names: readonly string[]): VrrpState {
  const instances = new Map(
    names.map((name) => [name, { conf: { name, interface: 'eth0' }, state: 'MASTER', held: HELD }]),
  );
  return { ...initialVrrp(), phase: 'running', instances } as unknown as VrrpState;
}

it('inherits masters and their time', () => {
  const first = stateFile(file);
  first.save(masters('VI_1', 'VI_2'), 5000);
  expect(stateFile(file).inherit()).toEqual([
    { instance: 'VI_1', lastMaster: 5000, held },
    { instance: 'VI_2', lastMaster: 5000, held },
  ]);
});

it('updates the time in place after adverts', () => {
  const first = stateFile(file);
  first.save(masters('VI_1'), 5000);
  const { ino } = statSync(file);
  first.save(masters('VI_1'), 1_234_567);
  expect(stateFile(file).inherit()).toEqual([{ instance: 'VI_1', lastMaster: 1_234_567, held }]);
  expect(statSync(file).ino).toBe(ino);
});

it('records an address added by a reload at once, without a new time', () => {
  const first = stateFile(file);
  first.save(masters('VI_1'), 5000);
  const state = masters('VI_1');
  const added = { address: '192.0.2.3', prefix: 32, dev: undefined };
  const instances = [...state.instances].map(([name, one]) => [name, { ...one, held: [...HELD, added] }] as const);
  first.holds({ ...state, instances: new Map(instances) } as unknown as VrrpState);
  const holds = [...held, { interface: 'eth0', address: '192.0.2.3', prefix: 32 }];
  expect(stateFile(file).inherit()).toEqual([{ instance: 'VI_1', lastMaster: 5000, held: holds }]);
});

it('writes no file for addresses without a master', () => {
  stateFile(file).holds(masters());
  expect(existsSync(file)).toBe(false);
});

it('limits how often adverts update the time', () => {
  const first = stateFile(file);
  first.save(masters('VI_1'), 5000);
  const { ino, size } = statSync(file);
  first.renew(5199);
  expect(stateFile(file).inherit()).toEqual([{ instance: 'VI_1', lastMaster: 5000, held }]);
  first.renew(1_234_567);
  expect(stateFile(file).inherit()).toEqual([{ instance: 'VI_1', lastMaster: 1_234_567, held }]);
  expect(statSync(file)).toMatchObject({ ino, size });
});

it('writes nothing without inherited state or masters', () => {
  const first = stateFile(file);
  first.save(masters(), 5000);
  first.renew(9000);
  expect(existsSync(file)).toBe(false);
});

it('records at once that an instance is no longer MASTER', () => {
  const first = stateFile(file);
  first.save(masters('VI_1', 'VI_2'), 5000);
  first.save(masters('VI_2'), 5001);
  expect(stateFile(file).inherit()).toEqual([{ instance: 'VI_2', lastMaster: 5001, held }]);
});

it('inherits nothing after a clean stop', () => {
  const first = stateFile(file);
  first.save(masters('VI_1'), 5000);
  first.save({ ...masters('VI_1'), phase: 'stopped' }, 5001);
  expect(stateFile(file).inherit()).toEqual([]);
});

it('clears inherited state once the instance is BACKUP', () => {
  stateFile(file).save(masters('VI_1'), 5000);
  const next = stateFile(file);
  expect(next.inherit()).toHaveLength(1);
  next.save(masters(), 9000);
  expect(stateFile(file).inherit()).toEqual([]);
});

const strange: readonly (readonly [string, string])[] = [
  ['from another boot', '{"boot":"another","lastMaster":"1","masters":[{"instance":"VI_1"}]}'],
  ['truncated', '{"boot":'],
  ['something else', '[1, 2]'],
  ['with invalid addresses', '{"boot":"BOOT","lastMaster":"1","masters":[{"instance":"V","held":[{"address":1}]}]}'],
  ['with invalid types', '{"boot":"BOOT","lastMaster":"1","masters":[{"instance":1}]}'],
  ['of an older version', '{"version":1,"boot":"BOOT","masters":[{"instance":"V","lastMaster":1}]}'],
];

it.each(strange)('ignores a file that is %s', (_, text) => {
  writeFileSync(file, text.replace('BOOT', readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()));
  expect(stateFile(file).inherit()).toEqual([]);
});

it('creates the folder and restricts the file to its owner', () => {
  const deep = path.join(folder, 'a/b/state.json');
  stateFile(deep).save(masters('VI_1'), 5000);
  expect(statSync(deep).mode & 0o777).toBe(0o600);
  expect(lines).toEqual([]);
});

it('does not write through a symbolic link at the temporary path', () => {
  const foreign = path.join(folder, 'foreign');
  writeFileSync(foreign, 'not ours');
  symlinkSync(foreign, `${file}.new`);
  stateFile(file).save(masters('VI_1'), 5000);
  expect(readFileSync(foreign, 'utf8')).toBe('not ours');
  expect(stateFile(file).inherit()).toHaveLength(1);
  expect(statSync(file).isFile()).toBe(true);
});

it('logs a failed write once', () => {
  writeFileSync(path.join(folder, 'file'), '');
  const first = stateFile(path.join(folder, 'file/state.json'));
  first.save(masters('VI_1'), 5000);
  first.save(masters('VI_1'), 6000);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('not a directory (ENOTDIR)');
});

it('keeps the file valid JSON for any number of instances', () => {
  const first = stateFile(file);
  for (let count = 0; count < 40; count++) {
    first.save(masters(...Array.from({ length: count }, (_, index) => `VI_${index}`)), 1000 * count);
    if (existsSync(file)) expect(() => JSON.parse(readFileSync(file, 'utf8')) as unknown).not.toThrow();
    expect(stateFile(file).inherit()).toHaveLength(count);
  }
});

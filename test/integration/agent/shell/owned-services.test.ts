import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServiceId } from '../../../../src/keepalived/ipvs/table.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { Complaints } from '../../../../src/agent/shell/service/complaints.ts';
import type { Loop } from '../../../../src/agent/shell/loop/loop-types.ts';
import { OwnedServices } from '../../../../src/agent/shell/ipvs/owned-services.ts';

const sys = nodeSys([]);
const lines: string[] = [];
const complaints = new Complaints({ log: (_, text) => lines.push(text) });
/** Timers fired by the test. */
let timers: (() => void)[] = [];
const loop = {
  now: () => 0,
  at: (_: number, fire: () => void) => {
    timers.push(fire);
    return { cancel: () => void (timers = timers.filter((one) => one !== fire)) };
  },
} as unknown as Loop;
const WEB: ServiceId = { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 };
const MARK: ServiceId = { kind: 'fwmark', family: 'ipv6', fwmark: 7 };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-owned-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owned = (name = 'state.json'): OwnedServices => new OwnedServices(sys, loop, path.join(folder, name), complaints);
const file = (): string => path.join(folder, 'state.json.services');

it('inherits the services of the previous agent', () => {
  owned().save([WEB, MARK]);
  expect(owned().inherit()).toEqual([WEB, MARK]);
});

it('writes the file only when services change', () => {
  const one = owned();
  one.save([WEB]);
  const { ino } = statSync(file());
  one.save([{ ...WEB }]);
  expect(statSync(file()).ino).toBe(ino);
  one.save([MARK]);
  expect(owned().inherit()).toEqual([MARK]);
});

it('inherits nothing after a clean stop', () => {
  const one = owned();
  one.save([WEB]);
  one.forget();
  expect(owned().inherit()).toEqual([]);
});

it('ignores a file of another boot or format', () => {
  owned().save([WEB]);
  const saved = readFileSync(file(), 'utf8');
  writeFileSync(file(), saved.replace(/"boot":"./, '"boot":"X'));
  expect(owned().inherit()).toEqual([]);
  for (const text of ['', '{', '{"boot":1,"services":3}', saved.replace('"address"', '"none"')]) {
    writeFileSync(file(), text);
    expect(owned().inherit()).toEqual([]);
  }
});

it('retries until an unwritable folder becomes writable', () => {
  writeFileSync(path.join(folder, 'in-the-way'), '');
  const one = owned('in-the-way/state.json');
  one.save([WEB]);
  expect(complaints.list()).toEqual([expect.stringMatching(/cannot write .*state\.json\.services: .*ENOTDIR/)]);
  rmSync(path.join(folder, 'in-the-way'));
  expect(timers).toHaveLength(1);
  timers[0]?.();
  expect(complaints.list()).toEqual([]);
  expect(timers).toEqual([]);
  expect(owned('in-the-way/state.json').inherit()).toEqual([WEB]);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command, type Engine } from '../support/router.ts';
import { recordSimulated } from '../support/simulated-day.ts';

// Recordings can be analysed later: the same events lead to the same state on any host.

let folder = '';
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-day-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function replayed(engine: Engine, file: string): { readonly status: number | null; readonly output: string } {
  const [program = '', ...own] = command(engine);
  const { status, stdout, stderr } = spawnSync(program, [...own, 'replay', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { status, output: stdout + stderr };
}

it('replays a day of two routers and two real servers to the same state', () => {
  const file = path.join(folder, 'day');
  const { events, becameMaster, tableChanges } = recordSimulated(file, 86_400);
  // Ensures that the day is eventful.
  expect(events).toBeGreaterThan(200_000);
  expect(becameMaster).toBeGreaterThan(90);
  expect(tableChanges).toBeGreaterThan(20);
  const { status, output } = replayed('agent on Node', file);
  const { hash, recorded, ...rest } = JSON.parse(output);
  expect(hash).toBe(recorded);
  expect(rest.events).toBe(events);
  const masters = rest.vrrp.instances.map((one: { counters: { becameMaster: number } }) => one.counters.becameMaster);
  expect(masters[0] + masters[1]).toBe(becameMaster);
  expect(status).toBe(0);
});

it('replays an hour to the same state on the static runtime', () => {
  const file = path.join(folder, 'hour');
  recordSimulated(file, 3700);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [pushed, onNode] = (['agent', 'agent on Node'] as const).map((engine) => replayed(engine, file));
  expect(pushed).toEqual(onNode);
  expect(pushed?.status).toBe(0);
});

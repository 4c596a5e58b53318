import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dump,
  type Engine,
  ENGINES,
  logOf,
  makeNamespaces,
  PLACE,
  put,
  putAgent,
  reloadEngine,
  removeNamespaces,
  startEngine,
  stopEngine,
} from './kernel-truth/engines.ts';
import { CASES, FOLDER, type Step } from './kernel-truth/steps.ts';
import { openTypedShell, type TypedShell } from './kernel-truth/typed-shell.ts';
import { makeWeb, removeWeb, startWeb, stopWeb } from './kernel-truth/web.ts';
import { deployFirst } from './use-lab.ts';

const UPDATE = process.env['UPDATE_GOLDENS'] === '1';
/** How long an engine has to bring the table to where it must be. */
const PATIENCE_MS = UPDATE ? 3000 : 30_000;
/** Two delay_loops: what is to change without need has changed by then. */
const QUIET_MS = 2500;

const FRESH = 'fresh';

const SAVED = ['-Sn', '-Ln --thresholds'];
const SHOWN = ['-Ln', '-Ln --tun-info', '-Ln --stats'];

let director: TypedShell;
const reals = new Map<string, TypedShell>();

deployFirst();

beforeAll(async () => {
  director = openTypedShell('dr1');
  for (const host of ['rs1', 'rs2']) reals.set(host, openTypedShell(host));
  await Promise.all([...reals.values()].map(makeWeb));
  await makeNamespaces(director);
  await putAgent(director, `${PLACE}/lvs-agent`);
  await put(
    director,
    `${PLACE}/check`,
    Buffer.from(`#!/bin/sh\nread -r code < ${PLACE}/$1 || code=0\nexit $code\n`),
    '755',
  );
});

afterAll(async () => {
  await removeNamespaces(director);
  await director.close();
  for (const real of reals.values()) {
    await removeWeb(real);
    await real.close();
  }
});

/** `stop HOST`, `start HOST`: its web server; `page HOST TEXT`; `exit FILE CODE` of a script; `fresh`: see `take`. */
async function act(deed: string): Promise<void> {
  const [verb, name = '', ...rest] = deed.split(' ');
  if (verb === FRESH) return;
  const real = reals.get(name);
  if (verb === 'exit') await director.run(`echo ${rest.join(' ')} > ${PLACE}/${name}`);
  else if (real === undefined) throw new Error(`${deed}: unknown`);
  else if (verb === 'stop') await stopWeb(real);
  else if (verb === 'start') await startWeb(real);
  else await real.run(`echo ${rest.join(' ')} > /run/truth-web/pages/page`);
}

async function awaitTable(engine: Engine, wanted: string): Promise<string> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const table = await dump(director, engine, ...SAVED);
    if (table === wanted || performance.now() > until) return table;
    await sleep(50);
  }
}

/**
 * keepalived leaves services of a group, and real servers that a sorry server has replaced, where its reload should not:
 * a step with `fresh` compares the agent's reload with a keepalived that is started on the new file.
 */
async function take(step: Step, index: number): Promise<void> {
  const deeds = step.deed?.split('; ') ?? [];
  for (const deed of deeds) await act(deed);
  if (step.conf !== '') await put(director, `${PLACE}/keepalived.conf`, Buffer.from(`${PREFACE}\n${step.conf}\n`));
  if (deeds.includes(FRESH) && index > 0) await endEngine('keepalived');
  for (const engine of ENGINES) {
    if (index === 0 || (engine === 'keepalived' && deeds.includes(FRESH))) await startEngine(director, engine);
    else if (step.conf !== '') await reloadEngine(director, engine);
  }
}

async function endEngine(engine: Engine): Promise<void> {
  await stopEngine(director, engine);
  if (engine === 'keepalived') await director.run(`ip netns exec truth-${engine} ipvsadm -C`);
}

const PREFACE = `global_defs {
  script_user root
  checker_log_all_failures
}`;

describe.each(CASES)('the table of $name', ({ name, steps }) => {
  const file = path.join(FOLDER, `${name}.tables`);
  const goldens = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split(/^=== .*\n/m)
        .slice(1)
    : [];
  const seen: string[] = [];

  afterAll(async () => {
    await director.run(`rm -f ${PLACE}/exit-*`);
    for (const host of reals.keys()) await act(`start ${host}`);
    for (const host of reals.keys()) await act(`page ${host} one`);
    if (UPDATE) writeFileSync(file, steps.map(({ title }, index) => `=== ${title}\n${seen[index] ?? ''}`).join(''));
  });

  it.each(steps.map((step, index) => ({ ...step, index })))('is keepalived’s: $title', async (step) => {
    const { index } = step;
    await take(step, index);
    if (UPDATE) {
      await sleep(steps.some(({ conf }) => /_CHECK|_GET/.test(conf)) ? 4500 : 1500);
      seen.push(await dump(director, 'keepalived', ...SAVED));
    } else if (goldens[index] === goldens[index - 1]) await sleep(QUIET_MS);
    const wanted = (UPDATE ? seen : goldens)[index] ?? '';
    try {
      for (const engine of UPDATE ? (['agent'] as const) : ENGINES)
        expect(await awaitTable(engine, wanted), engine).toBe(wanted);
      expect(await dump(director, 'agent', ...SHOWN)).toBe(await dump(director, 'keepalived', ...SHOWN));
    } catch (error) {
      const logs = await Promise.all(ENGINES.map(async (engine) => `${engine}:\n${await logOf(director, engine)}`));
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${logs.join('\n')}`, {
        cause: error,
      });
    }
  });

  it('is empty when they have ended', async () => {
    for (const engine of ENGINES) await endEngine(engine);
    for (const engine of ENGINES) expect(await dump(director, engine, '-Sn')).toBe('');
  });
});

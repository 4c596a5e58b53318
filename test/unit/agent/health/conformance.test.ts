import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HealthEffect } from '../../../../src/agent/core/health/event.ts';
import { eventOf, kernelOf, readCase, readEvents } from './case.ts';
import { effectTexts } from './effect-text.ts';
import { broken, stateText, World } from './world.ts';

const CASES = join(import.meta.dirname, '../../../conformance/health');
const SCHEDULE = new Set(['timer', 'cancel', 'probe', 'abandon']);

describe('health checks conform:', () => {
  it.each(readdirSync(CASES))('%s', (name) => {
    const folder = join(CASES, name);
    const text = readCase(folder);
    const world = new World();
    world.kernel = kernelOf(text);
    const shown = (effects: readonly HealthEffect[]): readonly string[] =>
      effects.filter(({ kind }) => text.schedule === true || !SCHEDULE.has(kind)).flatMap(effectTexts);
    const lines = readEvents(folder).map((line) => {
      const effects: string[] = [];
      world.pass(line.at, (at, some) => effects.push(...shown(some).map((effect) => `@${at} ${effect}`)));
      const event = eventOf(line, text, world);
      if (event !== undefined) effects.push(...shown(world.give(event)));
      if (line.event === 'answers') world.answer(line.at, (_, some) => effects.push(...shown(some)));
      if (line.event !== 'external') expect(broken(world), `after step ${line.step}`).toBeUndefined();
      return JSON.stringify({ step: line.step, effects, state: stateText(world) });
    });
    const file = join(folder, 'effects.jsonl');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, `${lines.join('\n')}\n`);
    expect(lines).toEqual(readFileSync(file, 'utf8').trimEnd().split('\n'));
  });
});

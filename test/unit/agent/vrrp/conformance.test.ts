import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventOf, readCase, readEvents } from './case.ts';
import { effectText } from './effect-text.ts';
import { broken, World } from './world.ts';

const CASES = join(import.meta.dirname, '../../../conformance/vrrp');

describe('VRRP conforms:', () => {
  it.each(readdirSync(CASES))('%s', (name) => {
    const folder = join(CASES, name);
    const text = readCase(folder);
    const world = new World();
    const lines = readEvents(folder).map((line) => {
      const effects: string[] = [];
      const event = eventOf(line, text);
      if (event === undefined)
        world.pass(line.at, (at, some) => effects.push(...some.map((effect) => `@${at} ${effectText(effect)}`)));
      else effects.push(...world.give(event).map(effectText));
      expect(broken(world), `after step ${line.step}`).toBeUndefined();
      const state = [...world.state.instances].map(([of, one]) => `${of} ${one.state} ${one.priority}`).join(', ');
      return JSON.stringify({ step: line.step, effects, state });
    });
    const file = join(folder, 'effects.jsonl');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, `${lines.join('\n')}\n`);
    expect(lines).toEqual(readFileSync(file, 'utf8').trimEnd().split('\n'));
  });
});

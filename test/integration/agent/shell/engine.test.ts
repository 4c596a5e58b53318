import { expect, test } from 'vitest';
import { EMPTY_CONF } from '../../../../src/agent/core/vrrp/state.ts';

import { Engine } from '../../../../src/agent/shell/engine.ts';
import type { MachineEffect, MachineEvent } from '../../../../src/agent/shell/machine.ts';

const START: MachineEvent = { core: 'vrrp', event: { kind: 'start', at: 0, conf: EMPTY_CONF, links: [] } };
const STOP: MachineEvent = { core: 'vrrp', event: { kind: 'stop', at: 1 } };

interface Course {
  readonly engine: Engine;
  readonly seen: string[];
  readonly mistakes: unknown[];
}

function course(perform: (effect: MachineEffect, engine: Engine) => void): Course {
  const seen: string[] = [];
  const mistakes: unknown[] = [];
  const engine: Engine = new Engine({
    perform: (effect) => {
      seen.push(`does ${effect.effect.kind}`);
      perform(effect, engine);
    },
    taken: (event) => {
      seen.push(`takes ${event.event.kind}`);
      return event;
    },
    done: () => seen.push('done'),
    mistake: (error) => mistakes.push(error),
  });
  return { engine, seen, mistakes };
}

test('an event that comes of an effect waits for the effects that are under way', () => {
  const { engine, seen } = course((_, current) => current.feed(START));
  engine.feed(START);
  // VRRP says that it stops: an effect, at which it is started again.
  engine.feed(STOP);
  expect(seen).toEqual(['takes start', 'done', 'takes stop', 'does log', 'done', 'takes start', 'done']);
});

test('an effect that fails is told of, and the next one is done', () => {
  const { engine, seen, mistakes } = course(() => {
    throw new Error('the world is broken');
  });
  engine.feed(START);
  engine.feed(STOP);
  expect(mistakes).toContainEqual(new Error('the world is broken'));
  expect(seen.filter((line) => line === 'done')).toHaveLength(2);
});

test('an event that a core cannot take is lost, and the agent goes on', () => {
  const { engine, mistakes } = course(() => undefined);
  engine.feed({ core: 'vrrp', event: { kind: 'start', at: 0 } } as unknown as MachineEvent);
  expect(mistakes).toHaveLength(1);
  engine.feed(START);
  expect(engine.state.vrrp.phase).toBe('running');
});

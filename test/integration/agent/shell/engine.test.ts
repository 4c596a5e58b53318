import { expect, it } from 'vitest';
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

it('queues events caused by effects', () => {
  const { engine, seen } = course((_, current) => current.feed(START));
  engine.feed(START);
  // The log effect of the stop triggers a new start.
  engine.feed(STOP);
  expect(seen).toEqual(['takes start', 'done', 'takes stop', 'does log', 'done', 'takes start', 'done']);
});

it('reports a failed effect and performs the next', () => {
  const { engine, seen, mistakes } = course(() => {
    throw new Error('broken');
  });
  engine.feed(START);
  engine.feed(STOP);
  expect(mistakes).toContainEqual(new Error('broken'));
  expect(seen.filter((line) => line === 'done')).toHaveLength(2);
});

it('drops an event on which a core throws', () => {
  const { engine, mistakes } = course(() => undefined);
  engine.feed({ core: 'vrrp', event: { kind: 'start', at: 0 } } as unknown as MachineEvent);
  expect(mistakes).toHaveLength(1);
  engine.feed(START);
  expect(engine.state.vrrp.phase).toBe('running');
});

import { expect, it } from 'vitest';
import type { VrrpEffect, VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { initialVrrp, stepVrrp } from '../../../../src/agent/core/vrrp/step.ts';
import { vrrpStatus } from '../../../../src/agent/core/vrrp/status.ts';
import { conf, link } from './sample.ts';

function play(events: readonly VrrpEvent[]) {
  let state = initialVrrp();
  const effects: (readonly VrrpEffect[])[] = [];
  for (const event of events) {
    const step = stepVrrp(state, event);
    state = step.state;
    effects.push(step.effects);
  }
  return { state, effects };
}

const START: VrrpEvent = { kind: 'start', at: 0, conf: conf(), links: [link()] };
const kinds = (effects: readonly VrrpEffect[] | undefined) => effects?.map(({ kind }) => kind);

it('listens first, takes over without a master, and releases its addresses on stop', () => {
  const { state, effects } = play([
    START,
    { kind: 'timer', at: 3609.375, id: 'down:VI_1' },
    { kind: 'timer', at: 4610, id: 'advert:VI_1' },
    { kind: 'stop', at: 5000 },
  ]);
  expect(effects[0]).toContainEqual({ kind: 'timer', id: 'down:VI_1', due: 3609.375 });
  expect(kinds(effects[1])).toEqual(['log', 'send', 'addresses', 'announce', 'timer', 'timer', 'became', 'fifo']);
  expect(effects[2]).toContainEqual({ kind: 'timer', id: 'advert:VI_1', due: 5609.375 });
  expect(kinds(effects[3])).toContain('addresses');
  expect(vrrpStatus(state).instances[0]).toMatchObject({ state: 'STOP', holds: false });
});

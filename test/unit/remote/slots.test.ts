import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/remote/slots.ts';

const forever = new AbortController().signal;

/** Takes a slot and notes when it has it. */
function taker(slots: Slots, order: string[]): (name: string, signal?: AbortSignal) => Promise<void> {
  return async (name, signal = forever) => {
    await slots.take(signal);
    order.push(name);
  };
}

describe('slots', () => {
  it('are taken in the order of asking, no more than there are', async () => {
    const order: string[] = [];
    const slots = new Slots(1);
    const take = taker(slots, order);
    const all = [take('a'), take('b'), take('c')];
    await all[0];
    expect(order).toEqual(['a']);
    slots.give();
    await all[1];
    slots.give();
    await all[2];
    expect(order).toEqual(['a', 'b', 'c']);
    expect(slots.taken).toBe(1);
  });

  it('are not lost to one who stops waiting', async () => {
    const order: string[] = [];
    const slots = new Slots(1);
    const take = taker(slots, order);
    const impatient = new AbortController();
    await take('a');
    const b = take('b', impatient.signal);
    const c = take('c');
    impatient.abort(new Error('enough'));
    await expect(b).rejects.toThrow('enough');
    slots.give();
    await c;
    expect(order).toEqual(['a', 'c']);
  });

  it('are fewer once the other side has refused one', async () => {
    const slots = new Slots(8);
    for (let i = 0; i < 3; i += 1) await slots.take(forever);
    slots.lower(2);
    slots.give();
    const fourth = slots.take(forever);
    let got = false;
    void fourth.then(() => (got = true));
    await new Promise(setImmediate);
    expect([got, slots.taken]).toEqual([false, 2]);
    slots.give();
    await fourth;
    expect(slots.taken).toBe(2);
  });

  it('are at least one', async () => {
    const slots = new Slots(8);
    slots.lower(0);
    await slots.take(forever);
    expect(slots.taken).toBe(1);
  });
});

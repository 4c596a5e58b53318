import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerHeap } from '../../../../src/agent/shell/loop/timer-heap.ts';

/** All deadlines due at `now`, in firing order. */
function drain(heap: TimerHeap, now: number): void {
  for (let next = heap.take(now); next !== undefined; next = heap.take(now)) next.fire();
}

it('fires deadlines in order, with equal instants in insertion order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (dues) => {
      const heap = new TimerHeap();
      const fired: (readonly [number, number])[] = [];
      for (const [index, due] of dues.entries()) heap.add(due, () => fired.push([due, index]));
      drain(heap, 20);
      expect(fired).toEqual(dues.map((due, index) => [due, index] as const).sort(([a, i], [b, j]) => a - b || i - j));
    }),
  );
});

it('neither fires nor waits for a cancelled deadline', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), (wishes) => {
      const heap = new TimerHeap();
      const fired: number[] = [];
      for (const [due, cancelled] of wishes) {
        const entry = heap.add(due, () => fired.push(due));
        entry.cancelled = cancelled;
      }
      const left = wishes.filter(([, cancelled]) => !cancelled).map(([due]) => due);
      expect(heap.peek()?.due).toBe(left.length === 0 ? undefined : Math.min(...left));
      drain(heap, 20);
      expect(fired).toEqual(left.sort((a, b) => a - b));
    }),
  );
});

it('fires nothing early', () => {
  const heap = new TimerHeap();
  heap.add(10.5, () => undefined);
  expect(heap.take(10.4)).toBeUndefined();
  expect(heap.take(10.5)?.due).toBe(10.5);
  expect(heap.peek()).toBeUndefined();
});

it('fires a moved deadline once, at its last time', () => {
  const move = fc.tuple(fc.nat(9), fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }), fc.array(move), (dues, moves) => {
      const heap = new TimerHeap();
      const fired: number[] = [];
      const entries = dues.map((due, index) => heap.add(due, () => fired.push(index)));
      const wanted = dues.map((due, index) => ({ due, order: index, index }));
      for (const [step, [index, due]] of moves.entries()) {
        const entry = entries[index];
        if (entry === undefined) continue;
        // Peeks in between, as the loop does.
        heap.peek();
        heap.move(entry, due);
        wanted[index] = { due, order: dues.length + step, index };
      }
      drain(heap, 20);
      expect(fired).toEqual(wanted.sort((a, b) => a.due - b.due || a.order - b.order).map(({ index }) => index));
    }),
  );
});

it('allows rescheduling a fired or cancelled deadline', () => {
  const heap = new TimerHeap();
  let fired = 0;
  const entry = heap.add(1, () => (fired += 1));
  drain(heap, 5);
  heap.move(entry, 10);
  entry.cancelled = true;
  heap.move(entry, 11);
  expect(heap.peek()?.due).toBe(11);
  drain(heap, 20);
  expect(fired).toBe(2);
});

it('keeps one entry per postponed deadline', () => {
  const heap = new TimerHeap();
  const entries = Array.from({ length: 100 }, (_, index) => heap.add(index, () => undefined));
  for (let round = 1; round <= 1000; round += 1)
    for (const [index, entry] of entries.entries()) heap.move(entry, round * 100 + index);
  expect(heap.size).toBe(100);
  expect(heap.peek()?.due).toBe(100_000);
});

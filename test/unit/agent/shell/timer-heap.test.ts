import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerHeap } from '../../../../src/agent/shell/timer-heap.ts';

/** Everything that is due at `now`, in the order in which it fires. */
function drain(heap: TimerHeap, now: number): void {
  for (let next = heap.take(now); next !== undefined; next = heap.take(now)) next.fire();
}

test('deadlines fire in their order, and those of one instant as they were asked for', () => {
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

test('a deadline that was cancelled neither fires nor is waited for', () => {
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

test('nothing fires before its time', () => {
  const heap = new TimerHeap();
  heap.add(10.5, () => undefined);
  expect(heap.take(10.4)).toBeUndefined();
  expect(heap.take(10.5)?.due).toBe(10.5);
  expect(heap.peek()).toBeUndefined();
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { punctual } from '../../../../src/agent/shell/loop/punctual.ts';

test('does not wait for an overdue deadline', () => {
  expect(punctual(-5)).toBe(0);
});

test('ends a wait in time even if it is late by a thousandth', () => {
  fc.assert(
    fc.property(fc.double({ min: 51, max: 24_000, noNaN: true }), (left) => {
      const first = punctual(left);
      expect(first * 1.001).toBeLessThan(left);
      expect(punctual(left - first)).toBe(left - first);
    }),
  );
});

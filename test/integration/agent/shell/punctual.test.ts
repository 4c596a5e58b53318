import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { punctual } from '../../../../src/agent/shell/loop/punctual.ts';

it('does not wait for an overdue deadline', () => {
  expect(punctual(-5)).toBe(0);
});

it('ends a wait in time even if it is late by a thousandth', () => {
  fc.assert(
    fc.property(fc.double({ min: 51, max: 24_000, noNaN: true }), (left) => {
      const first = punctual(left);
      expect(first * 1.001).toBeLessThan(left);
      expect(punctual(left - first)).toBe(left - first);
    }),
  );
});

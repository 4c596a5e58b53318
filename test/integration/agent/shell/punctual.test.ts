import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { punctual } from '../../../../src/agent/shell/loop/punctual.ts';

test('what is overdue is not waited for', () => {
  expect(punctual(-5)).toBe(0);
});

test('a wait that is late by a thousandth still ends in time, and what remains is waited for without that', () => {
  fc.assert(
    fc.property(fc.double({ min: 51, max: 24_000, noNaN: true }), (left) => {
      const first = punctual(left);
      expect(first * 1.001).toBeLessThan(left);
      expect(punctual(left - first)).toBe(left - first);
    }),
  );
});

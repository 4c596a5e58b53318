import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, learn, secondsToMs, toOurs } from '../../../src/failover/clock.ts';

describe('another clock', () => {
  test('the quickest line is believed', () => {
    const lines = [
      [1000, 5300],
      [2000, 6002],
      [3000, 7900],
    ] as const;
    const clock = lines.reduce<Clock | undefined>((known, [stamp, arrived]) => learn(known, stamp, arrived), undefined);
    expect(toOurs(clock, 2500, 0)).toBe(6502);
  });

  test('no stamp, or no clock, falls back on the arrival', () => {
    expect(toOurs({ offsetMs: 5 }, undefined, 42)).toBe(42);
    expect(toOurs(undefined, 1, 42)).toBe(42);
  });

  test('it never puts a line before it was stamped nor after it arrived', () => {
    const line = record({ stamp: integer({ min: 0, max: 1e6 }), delay: integer({ min: 0, max: 9000 }) });
    assert(
      property(array(line, { minLength: 1 }), integer({ min: -1e6, max: 1e6 }), (seen, offset) => {
        const clock = seen.reduce<Clock | undefined>(
          (known, { stamp, delay }) => learn(known, stamp, stamp + offset + delay),
          undefined,
        );
        for (const { stamp, delay } of seen) {
          const ours = toOurs(clock, stamp, Number.NaN);
          expect(ours).toBeGreaterThanOrEqual(stamp + offset);
          expect(ours).toBeLessThanOrEqual(stamp + offset + delay);
        }
      }),
    );
  });
});

describe('seconds', () => {
  test.each([
    ['1212.30', 1_212_300],
    ['0.001', 1],
    ['1795377777.%N', undefined],
    ['1795377777', undefined],
    ['', undefined],
  ])('%j', (text, ms) => {
    expect(secondsToMs(text)).toBe(ms);
  });
});

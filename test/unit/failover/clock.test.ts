import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock, Clocks, secondsToMs } from '../../../src/failover/clock.ts';

describe('the clock of another host', () => {
  it('uses the line with the shortest latency', () => {
    const lines = [
      [1000, 5300],
      [2000, 6002],
      [3000, 7900],
    ] as const;
    const clock = new Clock();
    for (const [stamp, arrived] of lines) clock.learn(stamp, arrived);
    expect(clock.toLocal(2500, 0)).toBe(6502);
  });

  it('falls back to the time of arrival without a stamp or a clock', () => {
    const clock = new Clock();
    expect(clock.toLocal(1, 42)).toBe(42);
    clock.learn(1, 6);
    expect(clock.toLocal(undefined, 42)).toBe(42);
  });

  it('never maps a line to before its stamp or after its arrival', () => {
    const line = record({ stamp: integer({ min: 0, max: 1e6 }), delay: integer({ min: 0, max: 9000 }) });
    assert(
      property(array(line, { minLength: 1 }), integer({ min: -1e6, max: 1e6 }), (seen, offset) => {
        const clock = new Clock();
        for (const { stamp, delay } of seen) clock.learn(stamp, stamp + offset + delay);
        for (const { stamp, delay } of seen) {
          const ours = clock.toLocal(stamp, Number.NaN);
          expect(ours).toBeGreaterThanOrEqual(stamp + offset);
          expect(ours).toBeLessThanOrEqual(stamp + offset + delay);
        }
      }),
    );
  });
});

describe('the clocks of hosts', () => {
  it('restart when a host boots, without changing earlier times', () => {
    const clocks = new Clocks();
    const before = clocks.booted('dr1', 'a');
    before.learn(900_000, 1000);
    const after = clocks.booted('dr1', 'b');
    after.learn(2000, 31_000);
    expect(clocks.of('dr1').toLocal(2500, 0)).toBe(31_500);
    expect(before.toLocal(900_500, 0)).toBe(1500);
    expect(clocks.booted('dr2', 'b')).not.toBe(after);
  });

  it('keep stamps from before the first boot ID', () => {
    const clocks = new Clocks();
    expect(clocks.booted('dr1', 'a')).toBe(clocks.of('dr1'));
    const early = clocks.of('dr2');
    expect(clocks.booted('dr2', 'a')).toBe(early);
  });
});

describe('seconds', () => {
  it.each([
    ['1212.30', 1_212_300],
    ['0.001', 1],
    ['1795377777.%N', undefined],
    ['1795377777', undefined],
    ['', undefined],
  ])('%j', (text, ms) => {
    expect(secondsToMs(text)).toBe(ms);
  });
});

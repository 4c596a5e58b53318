import { expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { timeOfDay } from '../../../../src/agent/shell/sys/clock.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';

const HOUR_S = 3600n;

/** A host whose wall clock is off by `ahead()` seconds; the monotonic clock is real. */
function setBy(ahead: () => bigint): Sys {
  const sys = nodeSys([]);
  const clock = { x64: 228, arm64: 113 }[sys.arch];
  return {
    ...sys,
    syscall: (number, ...args) => {
      const result = sys.syscall(number, ...args);
      const [which, bytes] = args;
      if (number === clock && which === 0 && bytes instanceof Uint8Array) {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        view.setBigInt64(0, view.getBigInt64(0, true) + ahead(), true);
      }
      return result;
    },
  };
}

it.each([
  { word: 'back', step: -HOUR_S },
  { word: 'ahead', step: HOUR_S },
])('keeps deadlines when the clock is set $word by an hour', async ({ step }) => {
  let ahead = 0n;
  const sys = setBy(() => ahead);
  const loop = new EpollLoop(sys, () => undefined);
  const began = loop.now();
  const dayBegan = timeOfDay(sys);
  const fired: number[] = [];
  loop.at(began + 20, () => {
    fired.push(loop.now() - began);
    ahead = step;
  });
  loop.at(began + 60, () => {
    fired.push(loop.now() - began);
    loop.stop();
  });
  await loop.run();
  expect(Math.abs(timeOfDay(sys) - dayBegan)).toBeGreaterThan(3_000_000);
  expect(fired[0]).toBeGreaterThanOrEqual(20);
  expect(fired[1]).toBeGreaterThanOrEqual(60);
  expect(fired[1]).toBeLessThan(1060);
});

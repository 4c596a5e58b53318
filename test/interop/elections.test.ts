import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { eventually, instance, startRouter, type Engine } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// Elections that are not decided by priority alone. Each case also runs with two keepalived instances as a reference.

const VIP = '10.77.0.99';
const B = '02:77:00:00:00:02';

interface Couple {
  readonly a: Engine;
  readonly b: Engine;
}

const COUPLES: readonly Couple[] = [
  { a: 'agent', b: 'keepalived' },
  { a: 'keepalived', b: 'agent' },
  { a: 'agent', b: 'agent' },
  { a: 'keepalived', b: 'keepalived' },
];

/** Runs `story` on a separate segment. */
async function onWire(story: (segment: Segment, wire: Capture) => Promise<void>): Promise<void> {
  const segment = openSegment(['a', 'b']);
  try {
    await story(segment, await capture(segment));
  } finally {
    await segment.close();
  }
}

/** Milliseconds that a busy machine may take for a takeover that is due. */
const SLACK = 1000;

const owners = (segment: Segment): string => ['a', 'b'].filter((host) => segment.holds(host, VIP)).join(' and ');
const conf = (priority: number, advertInt: number, ...more: readonly string[]): string =>
  instance({ version: 3, priority, advertInt, addresses: [VIP], more });

describe.concurrent.each(COUPLES)('$a and $b', ({ a, b }) => {
  it('resolves two masters of equal priority in favour of the higher address (RFC 9568 §6.4.3)', () =>
    onWire(async (segment) => {
      for (const host of ['a', 'b']) segment.split(host, 'apart');
      startRouter(segment, 'b', b, conf(100, 0.3));
      startRouter(segment, 'a', a, conf(100, 0.3));
      await eventually('both are master', () => owners(segment) === 'a and b');
      for (const host of ['a', 'b']) segment.split(host, 'joined');
      await eventually('b alone is master', () => owners(segment) === 'b');
    }));

  it('does not preempt a master of equal priority', () =>
    onWire(async (segment, wire) => {
      startRouter(segment, 'a', a, conf(100, 0.3));
      await eventually('a is master', () => owners(segment) === 'a');
      startRouter(segment, 'b', b, conf(100, 0.3));
      await sleep(2500);
      expect(owners(segment)).toBe('a');
      expect((await wire.adverts()).filter(({ from }) => from === B)).toEqual([]);
    }));

  it('stays backup with nopreempt until the master is gone', () =>
    onWire(async (segment) => {
      startRouter(segment, 'a', a, conf(100, 0.3));
      await eventually('a is master', () => owners(segment) === 'a');
      startRouter(segment, 'b', b, conf(200, 0.3, 'nopreempt'));
      await sleep(2500);
      expect(owners(segment)).toBe('a');
      segment.cable('a', 'cut');
      await eventually('b is master', () => segment.holds('b', VIP));
    }));

  it('waits for preempt_delay before preempting', () =>
    onWire(async (segment) => {
      startRouter(segment, 'a', a, conf(100, 0.3));
      await eventually('a is master', () => owners(segment) === 'a');
      startRouter(segment, 'b', b, conf(200, 0.3, 'preempt_delay 6'));
      await sleep(2000);
      expect(owners(segment)).toBe('a');
      await eventually('b is master', () => owners(segment) === 'b');
    }));

  it('releases mastership while the interface of an excluded address is down', () =>
    onWire(async (segment) => {
      const wan = (host: string, ...words: readonly string[]): unknown => segment.run(host, 'ip', 'link', ...words);
      for (const host of ['a', 'b']) {
        wan(host, 'add', 'wan', 'type', 'veth', 'peer', 'name', 'wan-end');
        for (const name of ['wan', 'wan-end']) wan(host, 'set', name, 'up');
      }
      const elsewhere = 'virtual_ipaddress_excluded {\n203.0.113.9/24 dev wan\n}';
      startRouter(segment, 'a', a, conf(200, 0.3, elsewhere));
      startRouter(segment, 'b', b, conf(100, 0.3, elsewhere));
      await eventually('a is master', () => owners(segment) === 'a');
      wan('a', 'set', 'wan', 'down');
      await eventually('b is master', () => owners(segment) === 'b');
      wan('a', 'set', 'wan', 'up');
      await eventually('a is master again', () => owners(segment) === 'a');
    }));

  it('adopts the interval of the master in v3 (RFC 9568 §6.1)', () =>
    onWire(async (segment, wire) => {
      startRouter(segment, 'a', a, conf(200, 0.8));
      await eventually('a is master', () => owners(segment) === 'a');
      startRouter(segment, 'b', b, conf(100, 0.1));
      // Before the first advert it uses its own interval and may take over briefly.
      await sleep(3000);
      const silentSince = (await wire.adverts()).at(-1)?.at ?? Number.NaN;
      await sleep(2500);
      expect((await wire.adverts()).filter(({ from, at }) => from === B && at > silentSince)).toEqual([]);
      segment.cable('a', 'cut');
      await eventually('b is master', () => segment.holds('b', VIP));
      const last = (await wire.adverts()).findLast(({ from }) => from !== B)?.at ?? Number.NaN;
      const next = (): number => wire.soFar().find(({ from, at }) => from === B && at > last)?.at ?? Number.NaN;
      await eventually('b advertises', () => next() > 0);
      const first = next();
      expect(first - last).toBeGreaterThan(3 * 800 + (156 / 256) * 800 - 2);
      expect(first - last).toBeLessThan(3 * 800 + (156 / 256) * 800 + SLACK);
    }));
});

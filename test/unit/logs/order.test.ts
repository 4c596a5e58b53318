import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { clockOffset } from '../../../src/logs/clock.ts';
import { liveMerge } from '../../../src/logs/merge.ts';
import { secondsSince } from '../../../src/logs/since.ts';
import { logUnit } from '../../../src/logs/units.ts';

describe('clockOffset', () => {
  it('takes the exchange that was the fastest', () => {
    const samples = [
      { sent: 1000, received: 1200, answer: '5.900000000' },
      { sent: 2000, received: 2010, answer: '7.005000000' },
    ];
    expect(clockOffset(samples)).toEqual({ offset: 5000, uncertainty: 5 });
  });

  it('counts half a second for a date without fractions', () => {
    expect(clockOffset([{ sent: 1000, received: 1000, answer: '1' }])).toEqual({ offset: 500, uncertainty: 500 });
    expect(clockOffset([{ sent: 1000, received: 1000, answer: '1.%N' }])).toEqual({ offset: 500, uncertainty: 500 });
  });

  it.each(['', 'x', '-1', '9'.repeat(12)])('is undefined for %s', (answer) => {
    expect(clockOffset([{ sent: 0, received: 0, answer }])).toBeUndefined();
  });
});

describe('liveMerge', () => {
  it('orders entries that arrive within the hold time', () => {
    const merge = liveMerge<string>(10, 100);
    merge.add('b', 2, 100);
    merge.add('c', 3, 101);
    expect(merge.due(105)).toEqual([]);
    merge.add('a', 1, 106);
    expect(merge.due(110)).toEqual(['a', 'b']);
    expect(merge.due(111)).toEqual(['c']);
    expect(merge.rest()).toEqual([]);
  });

  it('holds no more than its limit', () => {
    const merge = liveMerge<number>(1000, 2);
    for (const time of [4, 3, 2, 1]) merge.add(time, time, 0);
    expect([merge.due(0), merge.rest()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('returns each entry once, and those of one time in their order', () => {
    const entries = fc.array(fc.record({ time: fc.nat(5), wait: fc.nat(3) }), { maxLength: 30 });
    fc.assert(
      fc.property(entries, (all) => {
        const merge = liveMerge<number>(4, 10);
        let now = 0;
        const seen: number[] = [];
        all.forEach(({ time, wait }, index) => {
          now += wait;
          merge.add(index, time, now);
          seen.push(...merge.due(now));
        });
        const rest = merge.rest();
        expect([...seen, ...rest].toSorted((one, other) => one - other)).toEqual(all.map((_, index) => index));
        const times = rest.map((index) => all[index]?.time ?? 0);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
      }),
    );
  });
});

describe('secondsSince', () => {
  const now = new Date('2026-11-28T09:00:00Z');
  it.each([
    ['10min', 600],
    ['90s', 90],
    ['1h 30m', 5400],
    ['2 days ago', 172_800],
    ['1week', 604_800],
    ['2026-11-28T08:59:00Z', 60],
    ['2026-11-28 10:00+02:00', 3600],
  ])('reads %s', (text, seconds) => {
    expect(secondsSince(text, now)).toBe(seconds);
  });

  it.each(['', 'x', '10', '10 fortnights', '10min x', '2026-11-29T00:00Z', '99999999w', '1mins2', '-5min'])(
    'refuses %s',
    (text) => {
      expect(secondsSince(text, now)).toBeUndefined();
    },
  );

  it('reads a time without a zone as a local one', () => {
    const local = new Date(2026, 10, 28, 1, 2, 3);
    expect(secondsSince('2026-11-28 01:02', local)).toBe(3);
    expect(secondsSince('2026-11-28', local)).toBe(3723);
  });
});

describe('logUnit', () => {
  const web = { package: 'nginx-light', service: 'nginx', demoPage: false, demoPath: '' };
  it.each([
    ['keepalived', 'keepalived.service', 'Keepalived_vrrp'],
    ['agent', 'lvs-agent.service', 'lvs-agent'],
    ['web', 'nginx.service', 'nginx'],
    ['ssh.service', 'ssh.service', 'ssh'],
    ['apache2', 'apache2.service', 'httpd'],
    ['a.timer', 'a.timer', 'a.timer'],
  ])('%s is %s, or %s in syslog', (word, unit, program) => {
    const found = logUnit(word, web);
    expect([found.unit, found.isProgram(program), found.isProgram('other')]).toEqual([unit, true, false]);
  });

  it.each(['a b', '-x', '', 'a/b', '$(x)'])('refuses %s', (word) => {
    expect(() => logUnit(word, web)).toThrow(Failure);
  });

  it('refuses web without a web server in the inventory', () => {
    expect(() => logUnit('web', { ...web, service: undefined })).toThrow(
      '--unit web: the inventory names no web server.',
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogSource, parseEntry } from '../../../src/logs/entry.ts';
import { hostileText } from '../../support/hostile-text.ts';

const NOW = Date.UTC(2026, 0, 2, 12) / 1000;

/** A host two hours east of Greenwich, on 2 January. */
const SYSLOG: LogSource = { kind: 'syslog', zoneMinutes: 120, nowSeconds: NOW };

const micros = (iso: string): number => Date.parse(iso) * 1000;

describe('a line of syslog', () => {
  it.each([
    ['Jan  2 13:59:58 rs1 nginx[12]: a: b', '2026-01-02T11:59:58Z', 'nginx', 12, 'a: b'],
    ['Dec 31 23:00:00 rs1 Keepalived_vrrp[7]: x', '2025-12-31T21:00:00Z', 'Keepalived_vrrp', 7, 'x'],
    ['Jan  3 13:00:00 rs1 a: a clock that is ahead', '2026-01-03T11:00:00Z', 'a', undefined, 'a clock that is ahead'],
    ['Jan  2 14:00:00 bb daemon.info lvs-agent[3]: x', '2026-01-02T12:00:00Z', 'lvs-agent', 3, 'x'],
    [
      'Jan  2 14:00:00 rs1 last message repeated 3 times',
      '2026-01-02T12:00:00Z',
      undefined,
      undefined,
      'last message repeated 3 times',
    ],
  ])('in the traditional form: %s', (line, time, program, pid, text) => {
    expect(parseEntry(SYSLOG, line)).toMatchObject({ time: micros(time), program, pid, text });
  });

  it('in the form of RFC 3339 has microseconds', () => {
    const line = '2026-01-02T13:00:00.123456+02:00 rs1 sshd[1]: hello';
    expect(parseEntry(SYSLOG, line)).toMatchObject({ time: micros('2026-01-02T11:00:00Z') + 123_456, text: 'hello' });
  });

  it.each(['', 'o 2 13:59:58 rs1 nginx[12]: the end of a line', 'Foo  2 13:59:58 rs1 a: b'])(
    'is skipped: %s',
    (line) => {
      expect(parseEntry(SYSLOG, line)).toBeUndefined();
    },
  );
});

describe('a line of a journal', () => {
  const parse = (fields: object) => parseEntry({ kind: 'journal' }, JSON.stringify(fields));

  it('has time, program, process, unit, priority and message', () => {
    const fields = {
      __REALTIME_TIMESTAMP: '1764321078123456',
      SYSLOG_IDENTIFIER: 'Keepalived_vrrp',
      _COMM: 'keepalived',
      _PID: '77',
      _SYSTEMD_UNIT: 'keepalived.service',
      PRIORITY: '6',
      MESSAGE: '(VI_1) Entering MASTER STATE',
    };
    expect(parse(fields)).toEqual({
      time: 1_764_321_078_123_456,
      program: 'Keepalived_vrrp',
      pid: 77,
      unit: 'keepalived.service',
      priority: 6,
      text: '(VI_1) Entering MASTER STATE',
    });
  });

  it.each([
    [{ MESSAGE: [104, 105, 255] }, 'hi\uFFFD'],
    [{ MESSAGE: ['one', 'two'] }, 'one'],
    [{ MESSAGE: null }, '(a message that the journal leaves out)'],
  ])('may have a message of bytes, several, or none: %o', (fields, text) => {
    expect(parse({ __REALTIME_TIMESTAMP: '1', ...fields })).toMatchObject({ text });
  });

  it.each(['', '{', '[]', 'null', '{"MESSAGE":"a"}', '{"__REALTIME_TIMESTAMP":"x"}'])('is skipped: %s', (line) => {
    expect(parseEntry({ kind: 'journal' }, line)).toBeUndefined();
  });
});

it('reads anything without an error, and bounds it', () => {
  const sources = fc.constantFrom<LogSource>(SYSLOG, { kind: 'journal' });
  const value = fc.oneof(
    hostileText,
    fc.array(fc.integer()),
    fc.constant('9'.repeat(30)),
    fc.string({ minLength: 6000 }),
  );
  const keys = fc.constantFrom('MESSAGE', '_PID', 'PRIORITY', '_SYSTEMD_UNIT', '__proto__', '_COMM');
  const journal = fc
    .dictionary(keys, value)
    .map((fields) => JSON.stringify({ __REALTIME_TIMESTAMP: '1764321078123456', ...fields }));
  const syslog = hostileText.map((text) => `Jan  2 13:59:58 rs1 ${text}`);
  fc.assert(
    fc.property(sources, fc.oneof(hostileText, journal, syslog), (source, line) => {
      const entry = parseEntry(source, line);
      expect(entry?.text.length ?? 0).toBeLessThan(4200);
      expect(entry?.unit?.length ?? 0).toBeLessThan(200);
    }),
  );
});

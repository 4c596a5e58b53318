import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { formatTime, stderrJournal } from '../../../../src/agent/shell/service/journal.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';

it('formats the time, including leap years', () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(2500, 0, 1) });
  fc.assert(fc.property(instant, (ms) => formatTime(ms) === new Date(ms).toISOString()));
});

/** The first two fields of struct stat: device 8, inode 2³² + 1. */
const STDERR = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);

/** The output of three log calls. @param ready number of writable descriptors */
function written(env: Sys['env'], ready = 1): string {
  let text = '';
  const refused = (): never => {
    throw new Error('unexpected call');
  };
  const sys: Sys = {
    arch: 'x64',
    argv: [],
    env,
    syscall: (_number, fd, bytes, status) => {
      // The first argument of ppoll is the list of descriptors.
      if (fd instanceof Uint8Array) return ready;
      if (fd === 2 && bytes instanceof Uint8Array && status instanceof Uint8Array) {
        status.set(STDERR);
        return 0;
      }
      // The clock is fixed at 1970.
      if (!(bytes instanceof Uint8Array) || fd !== 2) return 0;
      text += decodeUtf8(bytes);
      return bytes.length;
    },
    address: refused,
    spawn: refused,
    reap: refused,
    catchSignals: refused,
    signals: refused,
    breathe: undefined,
    exit: refused,
    tls: undefined,
  };
  const journal = stderrJournal(sys, false);
  journal.log('error', 'it broke');
  journal.log('notice', 'a peer says "\u001B[2J\n<0>it is over\u009B\u2028"');
  journal.log('debug', 'not logged');
  return text;
}

it('writes time and level, without line breaks or terminal escapes from peers', () => {
  expect(written({})).toBe(
    [
      '1970-01-01T00:00:00.000Z lvs-agent: error: it broke',
      '1970-01-01T00:00:00.000Z lvs-agent: a peer says "?[2J?<0>it is over??"',
      '',
    ].join('\n'),
  );
});

it('writes the severity instead of the time for the systemd journal', () => {
  expect(written({ JOURNAL_STREAM: '8:4294967297' })).toBe('<3>it broke\n<5>a peer says "?[2J?<0>it is over??"\n');
});

it.each(['8:1', '9:4294967297', ''])('detects that stderr is not the journal %s', (stream) => {
  expect(written({ JOURNAL_STREAM: stream })).toBe(written({}));
});

it('does not block on a full stderr', () => {
  expect(written({}, 0)).toBe('');
});

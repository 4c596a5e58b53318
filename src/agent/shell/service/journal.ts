import { oneLine } from '../../../keepalived/text/one-line.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { Log } from '../../core/step.ts';
import { timeOfDay } from '../sys/clock.ts';
import { isErrno } from '../sys/errno.ts';
import { AT_EMPTY_PATH, cString } from '../sys/files.ts';
import { hasRoom, STDERR } from '../sys/print.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

export type Level = Log['level'];

/** PIPE_BUF: what is ready to be written to takes as much without waiting. */
const PART = 4096;
const NAME = 'lvs-agent';

/** Severities of syslog (RFC 5424 §6.2.1). */
const SEVERITY = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const satisfies Record<Level, number>;

/** Where sentences for who runs the host go. */
export interface Journal {
  readonly log: (level: Level, text: string) => void;
}

/**
 * Lines to stderr, one for each text. Where that is systemd's journal each begins with its severity, as sd-daemon(3) has
 * it; elsewhere with the time in UTC.
 * @param detail also lines of level `debug`
 */
export function stderrJournal(sys: Sys, detail: boolean): Journal {
  const forSystemd = isJournal(sys);
  return {
    log: (level, text) => {
      if (level === 'debug' && !detail) return;
      const start = forSystemd ? `<${SEVERITY[level]}>` : `${formatTime(timeOfDay(sys))} ${NAME}: ${label(level)}`;
      // A peer must not be able to write lines of its own.
      write(sys, encodeUtf8(`${start}${oneLine(text)}\n`));
    },
  };
}

/** JOURNAL_STREAM (systemd.exec(5)) holds device and inode of the journal, and is inherited by whom stderr was changed for. */
function isJournal(sys: Sys): boolean {
  const stream = sys.env['JOURNAL_STREAM'];
  const status = new Uint8Array(144);
  if (stream === undefined || call(sys, 'newfstatat', STDERR, cString(''), status, AT_EMPTY_PATH) < 0) return false;
  // struct stat: st_dev and st_ino come first, 8 bytes each.
  const reader = new DataView(status.buffer);
  return stream === `${reader.getBigUint64(0, true)}:${reader.getBigUint64(8, true)}`;
}

function label(level: Level): string {
  return level === 'error' || level === 'warning' ? `${level}: ` : '';
}

/**
 * A pipe, a terminal or a journal that nobody reads and that is full loses lines: the agent does not wait for it. It is
 * asked each time, because O_NONBLOCK would hold for all who write there.
 */
function write(sys: Sys, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    if (!hasRoom(sys, STDERR, 'now')) return;
    const part = rest.slice(0, PART);
    const written = call(sys, 'write', STDERR, part, part.length);
    if (written < 0 && !isErrno(written, 'EINTR')) return;
    rest = rest.slice(Math.max(0, written));
  }
}

/** As 2026-01-31T23:59:59.123Z. @param ms since 1970 */
export function formatTime(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const rest = ms - days * 86_400_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`;
  return `${formatDay(days)}T${clock}.${String(Math.floor(rest % 1000)).padStart(3, '0')}Z`;
}

/** The civil date of a day since 1970-01-01, in eras of 400 years that begin in March. */
function formatDay(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

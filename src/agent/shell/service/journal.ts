import { oneLine } from '../../../keepalived/text/one-line.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { Level } from '../../core/messages/log.ts';
import { timeOfDay } from '../sys/clock.ts';
import { isErrno } from '../sys/errno.ts';
import { AT_EMPTY_PATH, cString } from '../sys/files.ts';
import { hasRoom, STDERR } from '../sys/print.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

/** PIPE_BUF: a writable descriptor accepts this much without blocking. */
const PART = 4096;
const NAME = 'lvs-agent';

/** Syslog severities (RFC 5424 §6.2.1). */
const SEVERITY = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const satisfies Record<Level, number>;

/** Log output for operators. */
export interface Journal {
  readonly log: (level: Level, text: string) => void;
}

/**
 * Writes lines to stderr. They start with the severity if that is systemd's journal (sd-daemon(3)), otherwise with the
 * time in UTC.
 * @param detail whether to log level `debug`
 */
export function stderrJournal(sys: Sys, detail: boolean): Journal {
  const forSystemd = isJournal(sys);
  return {
    log: (level, text) => {
      if (level === 'debug' && !detail) return;
      const start = forSystemd ? `<${SEVERITY[level]}>` : `${formatTime(timeOfDay(sys))} ${NAME}: ${label(level)}`;
      // Peers must not be able to inject lines.
      write(sys, encodeUtf8(`${start}${oneLine(text)}\n`));
    },
  };
}

/** JOURNAL_STREAM (systemd.exec(5)) contains device and inode, as it is inherited even if stderr is redirected. */
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
 * Drops lines rather than block on a full pipe, terminal or journal. Polls before every write, because O_NONBLOCK would
 * affect all writers of the file description.
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

/** For example 2026-01-31T23:59:59.123Z. @param ms since 1970 */
export function formatTime(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const rest = ms - days * 86_400_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`;
  return `${formatDay(days)}T${clock}.${String(Math.floor(rest % 1000)).padStart(3, '0')}Z`;
}

/** The civil date of a day since 1970-01-01, computed in 400-year eras that start in March. */
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

import { cut } from '../text/cut.ts';

/** A message of a log. */
export interface LogEntry {
  /** microseconds since 1970, by the clock of the host */
  readonly time: number;
  readonly program: string | undefined;
  readonly pid: number | undefined;
  /** Of systemd. */
  readonly unit: string | undefined;
  /** 0 (emergency) to 7 (debug), as in syslog(3) */
  readonly priority: number | undefined;
  readonly text: string;
}

/** Where a host keeps its log; a file needs the time zone and the present, because its times have no year. */
export type LogSource =
  { readonly kind: 'journal' } | { readonly kind: 'syslog'; readonly zoneMinutes: number; readonly nowSeconds: number };

/** characters of a message */
const LONGEST = 4096;

/** characters of the name of a program or unit */
const LONGEST_NAME = 100;

/** A line of a log; undefined when it cannot be read, such as the end of a line that was cut. */
export function parseEntry(source: LogSource, line: string): LogEntry | undefined {
  return source.kind === 'journal' ? parseJournal(line) : parseSyslog(line, source);
}

/** A line of `journalctl -o json`; all values are strings, or lists of bytes when they are not UTF-8. */
function parseJournal(line: string): LogEntry | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  const of = (key: string): string | undefined =>
    Object.hasOwn(fields, key) ? fieldText((fields as Readonly<Record<string, unknown>>)[key]) : undefined;
  const time = numberOf(of('__REALTIME_TIMESTAMP'), Number.MAX_SAFE_INTEGER);
  if (time === undefined) return undefined;
  const program = of('SYSLOG_IDENTIFIER') ?? of('_COMM');
  const unit = of('_SYSTEMD_UNIT');
  return {
    time,
    program: program === undefined ? undefined : cut(program, LONGEST_NAME),
    pid: numberOf(of('_PID') ?? of('SYSLOG_PID'), 2 ** 31),
    unit: unit === undefined ? undefined : cut(unit, LONGEST_NAME),
    priority: numberOf(of('PRIORITY'), 7),
    text: cut(of('MESSAGE') ?? '(a message that the journal leaves out)', LONGEST),
  };
}

function fieldText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  // A field that was given several times is a list of texts.
  if (typeof value[0] === 'string') return value[0];
  return new TextDecoder().decode(Uint8Array.from(value.slice(0, LONGEST + 1) as readonly number[]));
}

function numberOf(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

/** RFC 3339 or the traditional form, then the host, then in busybox the facility, then the message. */
const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d) \S{1,255} (.*)$/s;
const TRADITIONAL = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) \S{1,255} (.*)$/s;
const MESSAGE = /^(?:[a-z0-9]{1,9}\.[a-z]{1,7} )?([^\s:[\]]{1,100})(?:\[(\d{1,10})\])?: ?(.*)$/s;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function parseSyslog(line: string, source: Extract<LogSource, { kind: 'syslog' }>): LogEntry | undefined {
  const found = rfc3339(line) ?? traditional(line, source);
  if (found === undefined || !Number.isSafeInteger(found.time)) return undefined;
  const [, program, pid, text] = MESSAGE.exec(found.rest) ?? [];
  return {
    time: found.time,
    program,
    pid: numberOf(pid, 2 ** 31),
    unit: undefined,
    priority: undefined,
    text: cut(text ?? found.rest, LONGEST),
  };
}

function rfc3339(line: string) {
  const [, time = '', fraction = '', zone = '', rest = ''] = RFC3339.exec(line) ?? [];
  if (time === '') return undefined;
  return { time: Date.parse(`${time}${zone}`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)), rest };
}

/** The year is the latest for which the time is not in the future. */
function traditional(line: string, { zoneMinutes, nowSeconds }: Extract<LogSource, { kind: 'syslog' }>) {
  const [, month = '', day, hour, minute, second, rest = ''] = TRADITIONAL.exec(line) ?? [];
  const index = MONTHS.indexOf(month);
  if (index < 0) return undefined;
  const inYear = (year: number): number =>
    Date.UTC(year, index, Number(day), Number(hour), Number(minute), Number(second)) - zoneMinutes * 60_000;
  const year = new Date((nowSeconds + zoneMinutes * 60) * 1000).getUTCFullYear();
  const present = inYear(year);
  const future = present > (nowSeconds + FUTURE_SECONDS) * 1000;
  return { time: (future ? inYear(year - 1) : present) * 1000, rest };
}

/** A clock that is set back leaves messages from the future. */
const FUTURE_SECONDS = 2 * 86_400;

import { Failure } from '../failure.ts';
import type { Host } from '../inventory/cluster.ts';
import { type ClockOffset, type ClockSample, clockOffset } from '../logs/clock.ts';
import { type LogEntry, type LogSource, parseEntry } from '../logs/entry.ts';
import { liveMerge } from '../logs/merge.ts';
import { CLOCK_TURNS, logScript } from '../logs/script.ts';
import type { LogUnit } from '../logs/units.ts';
import type { FailedHost } from '../observe/cluster-state.ts';
import type { Transport } from '../remote/transport.ts';
import type { Session } from './session.ts';

export interface LogOptions {
  readonly sinceSeconds: number;
  /** Messages of each host, the newest. */
  readonly lines: number;
  readonly follow: boolean;
  /** None for all messages. */
  readonly units: readonly LogUnit[];
  readonly signal: AbortSignal;
  /** Called once, with the clocks of all hosts that have a log, before the first entry. */
  readonly onClocks: (clocks: ReadonlyMap<string, ClockOffset>) => void;
  /** Called with entries in the order of `time`. */
  readonly onEntry: (entry: HostEntry) => void;
  /** Called with hosts that have more messages than were asked for. */
  readonly onCut: (hosts: readonly string[]) => void;
}

export interface HostEntry extends LogEntry {
  readonly host: string;
  /** microseconds since 1970, by the local clock */
  readonly localTime: number;
}

/** Milliseconds that an entry which is followed waits for earlier ones of other hosts. */
const HOLD_MS = 500;

/** Entries that wait at once. */
const MOST_HELD = 20_000;

/** Milliseconds until a host has compared its clock and found its log. */
const START_MS = 30_000;

/** Milliseconds that reading a log may take. */
const READ_MS = 120_000;

/** Bytes of one log that is not followed. */
const MOST_BYTES = 256 * 2 ** 20;

/** Reads the logs of all hosts of a session, with the times of the local clock. Returns hosts that could not be read. */
export async function readLogs(session: Session, options: LogOptions): Promise<readonly FailedHost[]> {
  const failures = new Map<string, Failure>(session.unreachable.map(({ host, failure }) => [host, failure]));
  const clocks = new Map<string, ClockOffset>();
  const cutHosts = new Set<string>();
  const merge = liveMerge<HostEntry>(HOLD_MS, options.follow ? MOST_HELD : Infinity);
  const started: Promise<void>[] = [];
  const ended = [...session.transports].map(async ([name, transport]) => {
    const start = opened();
    started.push(start.promise);
    const reading = readHost(transport, options, {
      onClock: (clock) => {
        if (clock !== undefined) clocks.set(name, clock);
        start.resolve();
      },
      onEntry: (entry) => {
        const localTime = entry.time - Math.round((clocks.get(name)?.offset ?? 0) * 1000);
        merge.add({ ...entry, host: name, localTime }, localTime, performance.now());
      },
      onCut: () => cutHosts.add(name),
    });
    await reading
      .catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        if (!options.signal.aborted) failures.set(name, error);
      })
      .finally(start.resolve);
  });
  const all = Promise.all(ended);
  const flush = (entries: readonly HostEntry[]): void => entries.forEach(options.onEntry);
  await Promise.race([all, Promise.all(started)]);
  options.onClocks(clocks);
  if (options.follow) await whileRunning(all, () => flush(merge.due(performance.now())));
  await all;
  flush(merge.rest());
  if (cutHosts.size > 0) options.onCut([...cutHosts]);
  return session.members.flatMap(({ host }: { readonly host: Host }) => {
    const failure = failures.get(host.name);
    return failure === undefined ? [] : [{ host: host.name, failure }];
  });
}

/** Calls `act` several times a second until the work has ended. */
async function whileRunning(work: Promise<unknown>, act: () => void): Promise<void> {
  const clock = setInterval(act, HOLD_MS / 5);
  try {
    await work;
  } finally {
    clearInterval(clock);
  }
}

interface HostReading {
  /** Called once, when the clock has been compared; undefined when it could not be, or there is no log. */
  readonly onClock: (clock: ClockOffset | undefined) => void;
  readonly onEntry: (entry: LogEntry) => void;
  readonly onCut: () => void;
}

/** @throws Failure */
async function readHost(transport: Transport, options: LogOptions, reading: HostReading): Promise<void> {
  const { lines, follow, units, signal, sinceSeconds } = options;
  const samples: ClockSample[] = [];
  let send: (line: string) => void = () => undefined;
  let sent = 0;
  let source: LogSource | undefined;
  let none = false;
  let earliest = -Infinity;
  const found: LogEntry[] = [];
  const ask = (): void => {
    sent = performance.timeOrigin + performance.now();
    send('clock');
  };
  const begin = (line: string): void => {
    const received = performance.timeOrigin + performance.now();
    if (line === 'ready') ask();
    else if (line.startsWith('clock ')) {
      samples.push({ sent, received, answer: line.slice('clock '.length) });
      if (samples.length < CLOCK_TURNS) ask();
    } else if (line === 'none') none = true;
    else {
      source = sourceOf(line);
      if (source === undefined) return;
      if (source.kind === 'syslog') earliest = (source.nowSeconds - sinceSeconds) * 1e6;
      reading.onClock(clockOffset(samples));
    }
  };
  const receive = (line: string): void => {
    if (source === undefined) {
      begin(line);
      return;
    }
    const entry = parseEntry(source, line);
    if (entry === undefined || entry.time < earliest) return;
    if (source.kind === 'syslog' && units.length > 0 && !units.some((unit) => unit.isProgram(entry.program ?? '')))
      return;
    if (follow) {
      reading.onEntry(entry);
      return;
    }
    found.push(entry);
    if (found.length > 2 * lines) found.splice(0, found.length - lines);
  };
  const script = logScript({ sinceSeconds, lines, follow, units: units.map(({ unit }) => unit) });
  const { exitCode, stderr } = await transport.run(script, {
    timeoutMs: follow ? Infinity : START_MS + READ_MS,
    signal,
    stdin: 'open',
    streamed: true,
    ...(!follow && { maxOutputBytes: MOST_BYTES }),
    onInput: (sender) => {
      send = sender;
    },
    onLine: receive,
  });
  if (none) throw noLog(transport.host);
  if (source === undefined || (exitCode !== 0 && (stderr.trim() !== '' || follow))) {
    throw new Failure('command', `${transport.host}: the log could not be read`, {
      host: transport.host,
      exitCode,
      stderr,
    });
  }
  if (found.length >= lines) reading.onCut();
  const newest = source.kind === 'journal' ? found.slice(0, lines).toReversed() : found.slice(-lines);
  for (const entry of newest) reading.onEntry(entry);
}

function noLog(host: string): Failure {
  return new Failure('unsupported', `${host}: has no journal and no log of syslog`, {
    host,
    hint: 'Install a syslog daemon that writes /var/log/syslog or /var/log/messages.',
  });
}

function sourceOf(line: string): LogSource | undefined {
  if (line === 'journal') return { kind: 'journal' };
  const [, sign, hours, minutes, now] = /^syslog ([+-])(\d\d)(\d\d) (\d{1,11})$/.exec(line) ?? [];
  if (now === undefined) return undefined;
  const zone = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return { kind: 'syslog', zoneMinutes: zone, nowSeconds: Number(now) };
}

function opened() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

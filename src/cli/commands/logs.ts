import { EXIT, type ExitCode } from '../../failure.ts';
import type { ClockOffset } from '../../logs/clock.ts';
import { logUnit } from '../../logs/units.ts';
import { type HostEntry, readLogs } from '../../pipeline/logs.ts';
import { hostList } from '../../text/host-list.ts';
import type { Context, HostFlags } from '../context.ts';
import { type SelectionFlags, selectedHosts } from '../host-selection.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import type { Screen } from '../screen.ts';

export interface LogFlags extends HostFlags, SelectionFlags {
  /** seconds before now */
  readonly since: number;
  readonly unit?: readonly string[];
  readonly lines: number;
  readonly follow?: boolean;
}

/** Milliseconds by which clocks may differ without a word for each host. */
const CLOSE_MS = 100;

/** Shows the logs of hosts in the order of time, corrected by the offset of each clock. */
export async function logs(context: Context, argument: string | undefined, flags: LogFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster } = opened;
  const { screen, signal } = context;
  const units = (flags.unit ?? []).map((word) => logUnit(word, cluster.web));
  const members = selectedHosts(cluster, flags);
  const index = new Map(members.map(({ host }, at) => [host.name, at]));
  const width = Math.max(...members.map(({ host }) => host.name.length));
  return withCluster(
    context,
    cluster,
    flags,
    async ({ session, progress }) => {
      await progress.settle();
      const failed = await readLogs(session, {
        sinceSeconds: flags.since,
        lines: flags.lines,
        follow: flags.follow === true,
        units,
        signal,
        onClocks: (clocks) => showClocks(screen, clocks),
        onEntry: (entry) => {
          screen.emit({ type: 'log', ...asJson(entry) });
          const prefix = `${localTime(entry.localTime)} ${entry.host.padEnd(width)} `;
          const bad = entry.priority !== undefined && entry.priority <= ERROR;
          screen.labelled(prefix, index.get(entry.host) ?? 0, messageOf(entry), bad ? 'bad' : 'plain');
        },
        onCut: (hosts) => {
          if (!screen.json)
            screen.error(`${hostList(hosts)}: only the newest ${flags.lines} messages; --lines allows more.`);
        },
      });
      const unread = failed.length === 0 ? EXIT.done : reportUnreadable(context, failed);
      const exitCode = signal.aborted ? EXIT.interrupted : unread;
      screen.emit({ type: 'result', command: 'logs', exitCode });
      return exitCode;
    },
    members,
  );
}

/** Priority of syslog(3) from which on a message is shown as an error. */
const ERROR = 3;

function messageOf({ program, pid, text }: HostEntry): string {
  const from = program === undefined ? '' : `${program}${pid === undefined ? '' : `[${pid}]`}: `;
  return `${from}${text}`;
}

function asJson({ host, localTime: time, program, pid, unit, priority, text }: HostEntry) {
  return {
    host,
    time: isoTime(time),
    program: program ?? null,
    pid: pid ?? null,
    unit: unit ?? null,
    priority: priority ?? null,
    text,
  };
}

/** Microseconds as RFC 3339. */
function isoTime(time: number): string {
  const micros = String(((time % 1000) + 1000) % 1000).padStart(3, '0');
  return `${new Date(Math.floor(time / 1000)).toISOString().slice(0, -1)}${micros}Z`;
}

/** Microseconds as local date and time with milliseconds. */
function localTime(time: number): string {
  const at = new Date(time / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${date} ${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function showClocks(screen: Screen, clocks: ReadonlyMap<string, ClockOffset>): void {
  for (const [host, { offset, uncertainty }] of clocks)
    screen.emit({ type: 'clock', host, offset: offset / 1000, uncertainty: uncertainty / 1000 });
  const isFar = ({ offset, uncertainty }: ClockOffset): boolean => Math.abs(offset) > Math.max(CLOSE_MS, uncertainty);
  const far = [...clocks].filter(([, clock]) => isFar(clock));
  for (const [host, { offset, uncertainty }] of far) {
    const way = offset > 0 ? 'ahead' : 'behind';
    screen.line(
      `clock of ${host} is ${seconds(Math.abs(offset))} ${way} (± ${seconds(uncertainty)}); corrected below`,
      'change',
    );
  }
  const close = [...clocks].filter(([, clock]) => !isFar(clock));
  if (close.length === 0) return;
  const most = Math.max(...close.map(([, { offset, uncertainty }]) => Math.abs(offset) + uncertainty));
  screen.line(`clocks of ${hostList(close.map(([host]) => host))} differ by less than ${seconds(most)}`, 'faint');
}

function seconds(ms: number): string {
  return `${(Math.ceil(ms) / 1000).toFixed(3)} s`;
}

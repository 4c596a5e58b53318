import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { RunOptions, Result, Transport } from '../../../src/remote/transport.ts';
import { RECORDED_INVENTORY as INVENTORY, commandLine } from '../../support/command-line.ts';
import { failureOf } from '../../support/failure-of.ts';
import { fakeHost } from '../../support/fake-host.ts';

const START = Date.now();

interface FakeLog {
  /** milliseconds by which its clock is ahead */
  readonly ahead?: number;
  /** `journal`, `syslog +0200 NOW` or `none` */
  readonly source?: string;
  readonly lines?: readonly string[];
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Called after the lines, when they are followed; resolves when the log ends. */
  readonly until?: (options: RunOptions) => Promise<void>;
}

/** A line of `journalctl -o json`, some milliseconds after the start by the clock of the host. */
function journal(ms: number, text: string, fields: object = {}): string {
  const time = String(Math.round((START + ms) * 1000));
  return JSON.stringify({
    __REALTIME_TIMESTAMP: time,
    SYSLOG_IDENTIFIER: 'nginx',
    _PID: '7',
    MESSAGE: text,
    ...fields,
  });
}

/** A host that has its clock asked for, and then prints its log. */
function logHost(name: string, { ahead = 0, source = 'journal', lines = [], ...end }: FakeLog, follow = false) {
  const answer = async (_script: string, options: RunOptions): Promise<Partial<Result>> => {
    let turns = 0;
    await new Promise<void>((resolve) => {
      options.onInput?.(() => {
        turns += 1;
        options.onLine?.(`clock ${((Date.now() + ahead) / 1000).toFixed(9)}`);
        if (turns === 4) resolve();
      });
      options.onLine?.('ready');
    });
    for (const line of [source, ...lines]) options.onLine?.(line);
    await end.until?.(options);
    return { stderr: end.stderr ?? '', exitCode: end.exitCode ?? 0 };
  };
  const script = {
    name: 'the log',
    matches: (text: string) => text.includes('echo ready') && text.includes('\nfollow "$@"') === follow,
  };
  return [name, fakeHost(name, [{ script, gives: answer }])] as const;
}

const texts = (out: string): readonly string[] =>
  [...out.matchAll(/^\d{4}-.{18} (.*)$/gm)].map(([, text = '']) => text);

describe('logs', () => {
  it('merges the logs of hosts in the order of time, each clock corrected', async () => {
    const hosts = new Map([
      logHost('rs1', { ahead: 3_600_000, lines: [journal(3_600_010, 'second'), journal(3_602_000, 'fourth')] }),
      logHost('rs2', { lines: [journal(-900, 'first'), journal(1000, 'third', { _PID: undefined })] }),
    ]);
    const { exitCode, out } = await commandLine(['logs', INVENTORY, '--role', 'real-server'], hosts);
    expect(exitCode).toBe(0);
    expect(texts(out)).toEqual([
      'rs2 nginx[7]: first',
      'rs1 nginx[7]: second',
      'rs2 nginx: third',
      'rs1 nginx[7]: fourth',
    ]);
    expect(out).toMatch(/^clock of rs1 is 3(600\.0|599\.9)\d\d s ahead \(± 0\.\d{3} s\); corrected below$/m);
    expect(out).toMatch(/^clocks of rs2 differ by less than 0\.\d{3} s$/m);
  });

  it('prints events with --json', async () => {
    const hosts = new Map([
      logHost('rs1', { lines: [journal(0, 'a\u001B', { PRIORITY: '3', _SYSTEMD_UNIT: 'nginx.service' })] }),
    ]);
    const { events } = await commandLine(['logs', INVENTORY, '--limit', 'rs1', '--json'], hosts);
    expect(events.map(({ type }) => type)).toEqual(['connecting', 'host', 'clock', 'log', 'result']);
    expect(events[2]).toMatchObject({ host: 'rs1' });
    const { time, ...rest } = events[3] ?? {};
    expect(rest).toEqual({
      type: 'log',
      host: 'rs1',
      program: 'nginx',
      pid: 7,
      unit: 'nginx.service',
      priority: 3,
      text: 'a\u001B',
    });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('takes programs of syslog for units, and drops what is older', async () => {
    const now = Math.floor(START / 1000);
    const at = (seconds: number): string => new Date((now + seconds) * 1000).toISOString().replace('Z', '+00:00');
    const lines = [
      `${at(-7000)} rs1 nginx[1]: old`,
      `${at(-20)} rs1 nginx[1]: wanted`,
      `${at(-10)} rs1 cron[1]: other`,
      'garbage',
    ];
    const hosts = new Map([logHost('rs1', { source: `syslog +0000 ${now}`, lines })]);
    const words = ['logs', INVENTORY, '--limit', 'rs1', '--since', '1h', '--unit', 'nginx'];
    expect(texts((await commandLine(words, hosts)).out)).toEqual(['rs1 nginx[1]: wanted']);
  });

  it('shows the newest messages only, and says so', async () => {
    const lines = [journal(49, '49'), journal(48, '48')];
    const { out, err } = await commandLine(
      ['logs', INVENTORY, '--limit', 'rs1', '--lines', '2'],
      new Map([logHost('rs1', { lines })]),
    );
    expect(texts(out)).toEqual(['rs1 nginx[7]: 48', 'rs1 nginx[7]: 49']);
    expect(err).toBe('rs1: only the newest 2 messages; --lines allows more.\n');
  });

  it('follows logs in the order of time, until it is interrupted', async () => {
    const controller = new AbortController();
    const interrupted = (options: RunOptions): Promise<void> =>
      new Promise((_resolve, reject) => {
        options.signal.addEventListener('abort', () => reject(new Failure('interrupted', 'interrupted')));
      });
    const hosts = new Map([
      logHost(
        'rs1',
        {
          until: async (options) => {
            setTimeout(() => options.onLine?.(journal(20, 'later')), 30);
            setTimeout(() => controller.abort(), 60);
            await interrupted(options);
          },
        },
        true,
      ),
      logHost('rs2', { lines: [journal(10, 'earlier')], until: interrupted }, true),
    ]);
    const { exitCode, out, err } = await commandLine(['logs', INVENTORY, '--limit', 'rs*', '-f'], hosts, {
      signal: controller.signal,
    });
    expect([exitCode, err]).toEqual([130, '']);
    expect(texts(out)).toEqual(['rs2 nginx[7]: earlier', 'rs1 nginx[7]: later']);
  });

  it('reports hosts without a log, and those that fail, and shows the others', async () => {
    const hosts = new Map<string, Transport | Failure>([
      logHost('dr1', { source: 'none' }),
      logHost('dr2', { exitCode: 1, stderr: 'Failed to open files' }),
      logHost('rs1', { lines: [journal(0, 'shown')] }),
      ['rs2', new Failure('unreachable', 'rs2: no route', { host: 'rs2' })] as const,
    ]);
    const { exitCode, out, err } = await commandLine(['logs', INVENTORY, '--limit', '!client'], hosts);
    expect(exitCode).toBe(4);
    expect(texts(out)).toEqual(['rs1 nginx[7]: shown']);
    expect(err).toContain('dr1: has no journal and no log of syslog');
    expect(err).toContain('dr2: the log could not be read\n    Failed to open files');
    expect(err).toContain('rs2: no route');
  });

  it('colours hosts on a terminal only', async () => {
    const run = (columns?: number) =>
      commandLine(['logs', INVENTORY, '--limit', 'rs1'], new Map([logHost('rs1', { lines: [journal(0, 'x')] })]), {
        ...(columns !== undefined && { columns, color: true }),
      });
    expect((await run(100)).out).toMatch(/\u001B\[36m\d{4}-.{18} rs1 \u001B\[39mnginx\[7\]: x\n$/);
    expect((await run()).out).not.toContain('\u001B');
  });

  it.each([
    [['--unit', 'a b'], '--unit a b: not the name of a unit.'],
    [['--limit', 'nope'], 'No host of the inventory matches "nope".'],
  ])('refuses %s', async (words, message) => {
    expect((await failureOf(commandLine(['logs', INVENTORY, ...words], new Map()))).message).toBe(message);
  });
});

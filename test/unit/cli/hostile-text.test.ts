import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openProgress } from '../../../src/cli/progress.ts';
import { type Screen, openScreen } from '../../../src/cli/screen.ts';
import { reportFailure } from '../../../src/cli/report-failure.ts';
import { reportUnreadable } from '../../../src/cli/report-unreadable.ts';
import { reportDiagnostics } from '../../../src/cli/open-inventory.ts';
import { renderReport } from '../../../src/failover/report.ts';
import { Failure } from '../../../src/failure.ts';
import { planAsJson } from '../../../src/plan/json.ts';
import { renderPlan } from '../../../src/plan/render.ts';
import { renderStatus } from '../../../src/status/render.ts';
import { columnsOf } from '../../../src/text/columns.ts';
import { renderChecks } from '../../../src/verify/render.ts';
import { hostileLine, hostileText, recordingStreams } from '../../support/hostile-text.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { measured } from '../failover/measured.ts';
import { changeOf, planWith } from '../plan/plan-changes.ts';

const cluster = await recordedCluster();

const contextOf = (screen: Screen) => ({
  screen,
  verbose: false,
  signal: new AbortController().signal,
  env: {},
  cwd: '/',
});

const SERVICE = { kind: 'address', protocol: 'TCP', address: '192.168.168.12', port: 80 } as const;

const failed = (text: string) => new Failure('command', `dr1: ${text}`, { host: 'dr1', hint: `Read ${text}` });

/** Every way in which a text of a host, a page or a file comes to be printed as one line, or as a part of one. */
const WAYS: readonly (readonly [name: string, print: (screen: Screen, text: string) => void])[] = [
  ['a line', (screen, text) => screen.line(`a ${text}`, 'bad')],
  ['a line with a hanging indent', (screen, text) => screen.line(`a ${text}`, 'plain', 6)],
  ['an error', (screen, text) => screen.error(`a ${text}`)],
  ['a notice', (screen, text) => screen.notice(`a ${text}`)],
  ['a failure', (screen, text) => reportFailure(screen, failed(text), true)],
  [
    'hosts that cannot be read',
    (screen, text) =>
      reportUnreadable(contextOf(screen), [
        { host: 'dr1', failure: failed(text) },
        { host: 'dr2', failure: new Failure('auth', `x ${text}`) },
      ]),
  ],
  [
    'diagnostics',
    (screen, text) =>
      reportDiagnostics(contextOf(screen), [
        { severity: 'error', file: `f${text}`, path: text, line: 1, what: text, hint: text },
        { severity: 'warning', file: `f${text}`, path: text, line: 1, what: text, hint: text },
      ]),
  ],
  [
    'a plan',
    (screen, text) => {
      const plan = planWith(
        changeOf({ key: text, reason: text, fields: [{ name: text, before: text, after: text }] }),
        changeOf({ key: text, action: 'create', fields: [{ name: text, before: undefined, after: text }] }),
        changeOf({ kind: 'packages', key: text, fields: [{ name: text, before: undefined, after: text }] }),
      );
      const engine = { engine: 'agent', because: text, runs: undefined, traces: false } as const;
      const unreadable = [{ host: 'rs1', failure: failed(text) }];
      const engines = [{ host: 'dr1', ...engine, unverified: { missing: text, fix: text } }];
      screen.lines(renderPlan({ ...plan, unreadable, engines }, true));
    },
  ],
  [
    'the status',
    (screen, text) =>
      screen.lines(
        renderStatus(cluster, [
          {
            host: `dr1${text}`,
            engine: 'keepalived',
            version: text,
            state: 'MASTER',
            states: new Map([['VI_1', 'MASTER']]),
            problems: [text],
            holds: ['192.168.168.12', text],
            table: new Map([
              [
                '192.168.168.12:80',
                { id: SERVICE, scheduler: text, ops: false, persistence: undefined, destinations: new Map() },
              ],
              [
                `192.168.168.12:${text}`,
                {
                  id: SERVICE,
                  scheduler: text,
                  ops: false,
                  persistence: { ticks: 1, netmask: 0 },
                  destinations: new Map([[text, { weight: 1, forward: text, active: 0, inactive: 0 }]]),
                },
              ],
            ]),
          },
        ]),
      ),
  ],
  [
    'the result of checks',
    (screen, text) => {
      const check = { check: 'a', title: `a ${text}`, expected: text, actual: text };
      screen.lines(
        renderChecks([
          { ...check, status: 'passed', fix: undefined },
          { ...check, status: 'failed', fix: text },
        ]),
      );
    },
  ],
  [
    'progress without a terminal',
    (screen, text) => {
      const { report } = openProgress({ ...screen, terminal: false });
      report({ type: 'connecting', hosts: ['dr1', text] });
      report({ type: 'wave', index: 0, count: 1, title: text, hosts: [text] });
      report({ type: 'note', host: 'dr1', text });
      report({ type: 'change', state: 'done', change: changeOf({ key: text }) });
    },
  ],
];

/** The same for text that may hold lines of its own: each is shown as such, inside its place. */
const LONG_WAYS: typeof WAYS = [
  [
    'standard error',
    (screen, text) => reportFailure(screen, new Failure('command', 'a', { stderr: `a\n${text}` }), true),
  ],
  [
    'a file that changes',
    (screen, text) =>
      screen.lines(
        renderPlan(
          planWith(changeOf({ fields: [{ name: 'text', before: `a\n${text}`, after: 'b\n', text: true }] })),
          true,
        ),
      ),
  ],
];

const withoutStyles = (text: string): string => text.replaceAll(/\u001B\[\d+m/g, '');

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);

/** Lines in the first column are ours: what a host says can neither make one nor take one away. */
const ours = (text: string): number => linesOf(text).filter((line) => /^\S/.test(line)).length;

const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u;

function printed(print: (screen: Screen, text: string) => void, text: string, columns?: number): string {
  const streams = recordingStreams(columns);
  print(openScreen({ json: false, color: columns !== undefined }, {}, streams), text);
  return withoutStyles(streams.out() + streams.err());
}

describe('what a host says, wherever it is shown', () => {
  it.each(WAYS)('stays in its line: %s', (_name, print) => {
    const expected = linesOf(printed(print, 'x')).length;
    fc.assert(
      fc.property(hostileText, (text) => {
        const all = linesOf(printed(print, text));
        for (const line of all) expect(line).toMatch(PRINTABLE);
        expect(all).toHaveLength(expected);
      }),
    );
  });

  it.each(LONG_WAYS)('has lines of its own in its place only: %s', (_name, print) => {
    fc.assert(
      fc.property(fc.array(hostileLine, { minLength: 1, maxLength: 4 }), (said) => {
        const text = said.map((line) => `x${line}`).join('\n');
        const all = linesOf(printed(print, text));
        for (const line of all) expect(line.replaceAll('\t', '')).toMatch(PRINTABLE);
        expect(all).toHaveLength(linesOf(printed(print, said.map(() => 'x').join('\n'))).length);
        expect(ours(printed(print, text))).toBe(ours(printed(print, 'x')));
      }),
    );
  });

  it.each([...WAYS, ...LONG_WAYS])('never lets the terminal wrap a line: %s', (_name, print) => {
    const expected = ours(printed(print, 'x', 80));
    fc.assert(
      fc.property(hostileText, (text) => {
        const all = printed(print, text, 80);
        for (const line of linesOf(all)) expect(columnsOf(line)).toBeLessThanOrEqual(80);
        expect(ours(all)).toBe(expected);
      }),
    );
  });

  it('stays within its lines in the report of a failover test', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const streams = recordingStreams();
        const screen = openScreen({ json: false, color: false }, {}, streams);
        const scenario = { fault: 'daemon', title: text, host: text, reason: text } as const;
        const lines = renderReport({
          ok: false,
          missed: [],
          interrupted: false,
          notCleanedUp: [{ host: text, code: 'command' }],
          cluster: text,
          service: text,
          client: text,
          maxGapMs: undefined,
          tookMs: 1,
          scenarios: [
            { ...measured, title: text, expected: { lowMs: 1, highMs: 2, because: text } },
            { ...scenario, state: 'failed', putBack: { confirmed: false, message: text } },
            { ...scenario, state: 'not-run', because: 'unhealthy' },
          ],
        });
        for (const line of lines) screen.line(line);
        expect(linesOf(streams.out())).toHaveLength(lines.length);
        for (const line of linesOf(streams.out())) expect(line).toMatch(PRINTABLE);
      }),
    );
  });

  it('is one line of JSON with printable characters only', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const streams = recordingStreams();
        const screen = openScreen({ json: true, color: false }, {}, streams);
        const plan = planAsJson(planWith(changeOf({ key: text, fields: [{ name: text, before: text, after: text }] })));
        for (const [, print] of WAYS) print({ ...screen, error: () => undefined, notice: () => undefined }, text);
        screen.emit({ type: 'plan', plan });
        for (const line of linesOf(streams.out())) {
          expect(line).toMatch(PRINTABLE);
          expect(JSON.parse(line)).toHaveProperty('type');
        }
      }),
    );
  });

  it('keeps tabs in a line of a file', () => {
    const change = changeOf({ fields: [{ name: 'text', before: 'a\tb\n', after: 'c\td\n', text: true }] });
    const all = printed((screen) => screen.lines(renderPlan(planWith(change), true)), '');
    expect(linesOf(all)).toContain('        + c\td');
  });
});
